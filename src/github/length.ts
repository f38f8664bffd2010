/** GitHub takes no longer comment, and no longer summary of a check run. */
export const COMMENT_LENGTH = 65_000;

/** As much of a Markdown text as GitHub takes, cut at a line. `end` is kept: our mark is there. */
export function withinLength(body: string, end = ''): string {
  if (body.length + end.length <= COMMENT_LENGTH) return body + end;
  const note = '\n\n(cut here: GitHub takes no longer text)\n';
  const cut = body.slice(0, COMMENT_LENGTH - end.length - note.length - 20);
  const kept = cut.slice(0, Math.max(0, cut.lastIndexOf('\n')));
  // A code block that was cut open must not swallow what follows.
  const fences = kept.match(/^`{3,}/gm) ?? [];
  return `${kept}${fences.length % 2 === 1 ? `\n${fences.at(-1)!}` : ''}${note}${end}`;
}
