/** What somebody asks for in a comment. */
export type Command =
  | { readonly kind: 'review' }
  | { readonly kind: 'explain'; readonly id: string }
  | { readonly kind: 'dismiss'; readonly id: string; readonly reason: string }
  /** Meant for us, but not understood. */
  | { readonly kind: 'unknown'; readonly says: string };

const USAGE =
  'I know `/recto review`, `/recto explain ID` and `/recto dismiss ID REASON`; the ID is in the comment';

/** Reads the command that a comment begins with; null when it begins with none. */
export function readCommand(body: string): Command | null {
  const line = body.trimStart().split(/\r?\n/)[0]!.trim();
  const words = line.split(/\s+/);
  if (words[0] !== '/recto') return null;
  const [, verb, id = '', ...rest] = words;
  if (verb === 'review' && words.length === 2) return { kind: 'review' };
  const isId = /^[0-9a-f]{12}$/.test(id);
  if (verb === 'explain' && isId && rest.length === 0) return { kind: 'explain', id };
  if (verb === 'dismiss' && isId) {
    const reason = rest.join(' ');
    if (reason !== '') return { kind: 'dismiss', id, reason: reason.slice(0, 500) };
    return { kind: 'unknown', says: 'Say why, please: `/recto dismiss ID REASON`.' };
  }
  return { kind: 'unknown', says: `${USAGE}.` };
}
