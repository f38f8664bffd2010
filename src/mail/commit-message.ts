/** What stands above the diff in a patch mail. */
export interface CommitMessage {
  /** The commit message, without in-body headers and what follows `---`. */
  readonly message: string;
  /** In-body headers: who really wrote it, and its real subject. */
  readonly from: string | null;
  readonly subject: string | null;
}

const IN_BODY = /^(From|Date|Subject|To|Cc|X-[A-Za-z-]+): (.*)$/;
const DIFFSTAT =
  /^ ?\S.* \| +(?:\d+ ?[+-]*|Bin .*)$|^ ?\d+ files? changed, |^ (?:create|delete|rename) (?:mode )?\S/;

/** Where the commit message ends, or, in the output of diff, has not begun. */
const SEPARATOR = /^(?:---|diff -.*|Index: .*|Only in .*)$/;

/** Reads the lines above a diff as `git am` does. */
export function readCommitMessage(above: readonly string[]): CommitMessage {
  const scissors = above.findLastIndex(isScissors);
  const lines = above.slice(scissors + 1).map((line) => line.trimEnd());
  let at = lines.findIndex((line) => line !== '');
  if (at < 0) return { message: '', from: null, subject: null };
  const fields = new Map<string, string>();
  let end = at;
  for (; end < lines.length && lines[end] !== ''; end++) {
    const field = IN_BODY.exec(lines[end]!);
    if (field) fields.set(field[1]!, field[2]!.trim());
    else if (fields.has('Subject') && /^[ \t]/.test(lines[end]!)) {
      fields.set('Subject', `${fields.get('Subject')} ${lines[end]!.trim()}`);
    } else break;
  }
  if (fields.has('From') || fields.has('Subject')) at = end;
  const separator = lines.findIndex((line, i) => i >= at && SEPARATOR.test(line));
  let stop = separator < 0 ? lines.length : separator;
  if (separator < 0) while (stop > at && (lines[stop - 1] === '' || DIFFSTAT.test(lines[stop - 1]!))) stop--;
  return {
    message: lines.slice(at, stop).join('\n').trim(),
    from: fields.get('From')?.replace(/^"([^"]*)"/, '$1') ?? null,
    subject: fields.get('Subject') ?? null,
  };
}

/** `-- >8 --` and the like: the patch begins below. */
function isScissors(line: string): boolean {
  if (line.length > 100 || !/>8|8<|>%|%</.test(line)) return false;
  const marks = line.replace(/>8|8<|>%|%<|[-\s]/g, '');
  return line.includes('--') && /^(?:cuthere|cut|scissors|snip)*$/i.test(marks);
}
