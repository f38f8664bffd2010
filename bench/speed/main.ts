import { readOptions } from './arguments.js';
import { epochRows } from './epoch-rows.js';
import { indexRows } from './index-rows.js';
import { rowLine } from './report.js';
import { reviewRows } from './review-rows.js';
import type { Round, Row } from './row.js';
import { runningRows } from './running-row.js';
import { makeScratch } from './scratch.js';
import { withoutTreeRow } from './without-tree-row.js';

const options = readOptions(process.argv.slice(2));
const all: readonly Row[] = [...indexRows, ...reviewRows, withoutTreeRow, ...runningRows, ...epochRows];
const rows =
  options.rows.length === 0
    ? all.filter((row) => options.epoch !== null || !epochRows.includes(row))
    : all.filter(({ name }) => options.rows.some((asked) => name.startsWith(asked)));

if (options.list || rows.length === 0) {
  console.log(all.map(({ name }) => name).join('\n'));
  process.exit(options.list ? 0 : 2);
}

progress('sharing the tree');
const scratch = makeScratch(options.tree);
process.on('SIGINT', () => {
  scratch.remove();
  process.exit(130);
});
try {
  for (const row of rows) {
    const run = await row.prepare({ options, scratch, progress });
    const rounds: Round[] = [];
    for (let round = 0; round < options.rounds; round++) {
      progress(`${row.name}: round ${String(round + 1)} of ${String(options.rounds)}`);
      rounds.push(await run(round));
      progress(rowLine(row, rounds.slice(-1)));
    }
    progress('');
    console.log(rowLine(row, rounds));
  }
} finally {
  scratch.remove();
}

function progress(text: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${text}`);
  else if (text !== '') process.stderr.write(`${text}\n`);
}
