/**
 * Turns a pattern for paths into a test: `*` and `?` stay within a folder, `**` does not, and a pattern without
 * wildcards stands for a file or a whole folder.
 */
export function pathPattern(pattern: string): (path: string) => boolean {
  const source = pattern
    .replace(/\/+$/, '')
    .split(/(\*\*\/|\*\*|\*|\?)/)
    .map((part) => WILDCARDS[part] ?? part.replace(/[.+^${}()|[\]\\]/g, '\\$&'))
    .join('');
  const expression = new RegExp(`^${source}(?:/.*)?$`);
  return (path) => expression.test(path);
}

const WILDCARDS: Readonly<Record<string, string>> = {
  '**/': '(?:[^/]+/)*',
  '**': '.*',
  '*': '[^/]*',
  '?': '[^/]',
};
