/** What a comment of ours is for; hidden in its last line, it is all that is remembered. */
export type Mark =
  /** Findings that are told there, by id, and still open. */
  | { readonly kind: 'finding'; readonly ids: readonly string[] }
  /** Findings that were told there, and are gone. */
  | { readonly kind: 'gone'; readonly ids: readonly string[] }
  /** Somebody has said that a finding is none. */
  | { readonly kind: 'dismissed'; readonly ids: readonly string[]; readonly answers: string }
  /** The answer to a comment with a command. */
  | { readonly kind: 'answer'; readonly answers: string };

const FORM = /^<!-- recto:(finding|gone|dismissed|answer)((?: [0-9a-f]{12})*)(?: to:([\w-]{1,80}))? -->$/;

/** A mark as the last line of a comment. */
export function writeMark(mark: Mark): string {
  const ids = 'ids' in mark ? mark.ids.map((id) => ` ${id}`).join('') : '';
  const to = 'answers' in mark ? ` to:${mark.answers}` : '';
  return `\n<!-- recto:${mark.kind}${ids}${to} -->`;
}

/**
 * Reads the mark of a comment that we have written. Only the last line counts: code that we quote may look like a
 * mark, but it never comes last.
 */
export function readMark(body: string): Mark | null {
  const found = FORM.exec(body.trimEnd().split(/\r?\n/).at(-1)!);
  if (!found) return null;
  const kind = found[1] as Mark['kind'];
  const ids = found[2]!.split(' ').filter((id) => id !== '');
  const answers = found[3] ?? '';
  if (kind === 'dismissed') return { kind, ids, answers };
  return kind === 'answer' ? { kind, answers } : { kind, ids };
}
