/**
 * A diff as the lines of its hunks, each with the file it is for: made here by counting, without the code under test.
 *
 * @param prefix what is taken off each path
 */
export function hunksOf(diff: string, prefix = /^[ab]\//): string[] {
  const found: string[] = [];
  let file = '';
  let minus = 0;
  let plus = 0;
  for (const raw of diff.split('\n')) {
    const line = raw.endsWith('\r') ? raw.slice(0, -1) : raw;
    if (minus > 0 || plus > 0) {
      const mark = line[0] ?? ' ';
      if (mark === '\\') continue;
      if (mark === ' ' || line === '' || mark === '-') minus--;
      if (mark === ' ' || line === '' || mark === '+') plus--;
      found.push(`${file}|${line === '' ? ' ' : line}`);
      continue;
    }
    const header = /^@@ -\d+(?:,(\d+))? \+\d+(?:,(\d+))? @@/.exec(line);
    if (header) {
      minus = Number(header[1] ?? 1);
      plus = Number(header[2] ?? 1);
      found.push(`${file}|${header[0]}`);
    } else {
      const name = /^(?:---|\+\+\+) ([^\t]+)/.exec(line)?.[1]?.trim();
      if (name !== undefined && name !== '/dev/null') file = name.replace(prefix, '');
    }
  }
  return found;
}
