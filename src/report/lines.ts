/** Columns of a text for people: fits a terminal and a quoted mail. */
const COLUMNS = 80;

/** Breaks a sentence into lines of at most `columns`, all but the first with `indent` in front. */
export function wrap(text: string, first = '', indent = first, columns = COLUMNS): string[] {
  const lines: string[] = [];
  let line = first;
  let empty = true;
  for (const word of printable(text).split(' ')) {
    if (!empty && line.length + 1 + word.length > columns) {
      lines.push(line);
      line = indent;
      empty = true;
    }
    line += empty ? word : ` ${word}`;
    empty = false;
  }
  return [...lines, line];
}

/** Sets rows in columns; the last cell is as long as it is. */
export function table(content: readonly (readonly string[])[], indent: string): string[][] {
  const rows = content.map((row) => row.map(printable));
  const widths: number[] = [];
  for (const row of rows) {
    row.slice(0, -1).forEach((cell, at) => {
      widths[at] = Math.max(widths[at] ?? 0, cell.length);
    });
  }
  return rows.map((row) =>
    row.map((cell, at) => {
      const padded = at < row.length - 1 ? cell.padEnd(widths[at]! + 2) : cell;
      return at === 0 ? indent + padded : padded;
    }),
  );
}

/** A subject or path is somebody else's text: what would move the cursor of a terminal is shown as `?`. */
export function printable(text: string): string {
  return text.replace(/[\r\n\t]+/g, ' ').replace(/[\p{Cc}\p{Bidi_Control}\u2028\u2029]/gu, '?');
}

/** "1 patch", "2 patches". */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${String(count)} ${count === 1 ? one : many}`;
}
