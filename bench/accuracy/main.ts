import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openFactStore } from '../../src/c/open-store.js';
import { loadRuleBook } from '../../src/rules/load.js';
import { analyse } from '../../src/review/side.js';
import { openTree } from '../../src/tree/open.js';
import { readOptions } from './arguments.js';
import { readKernel } from './kernel.js';
import { measure, type Bench, type Measured } from './measure.js';
import { OPERATORS } from './operators.js';
import { headLine, operatorLine, totalLines, type Tally } from './report.js';

const options = readOptions(process.argv.slice(2));
const operators = OPERATORS.filter(
  ({ name }) => options.operators.length === 0 || options.operators.includes(name),
);
const rules = loadRuleBook([join(process.cwd(), 'rules')]);
const store = openFactStore();
mkdirSync(options.out, { recursive: true });

const all: Measured[] = [];
for (const directory of options.trees) {
  const tree = await openTree(directory, null);
  progress(`reading ${directory}`);
  const kernel = await readKernel(tree, store);
  progress(`analysing Linux ${kernel.version}`);
  await analyse(tree, rules, new Set(), store);
  console.log(headLine(kernel.version, options.seed));
  const bench: Bench = { kernel, rules, store, seed: options.seed, used: new Map() };
  for (const operator of operators) {
    const tally: Measured[] = [];
    const start = performance.now();
    for await (const one of measure(operator, bench, options.count)) {
      tally.push(one);
      if (one.verdict.outcome !== 'right' || one.verdict.others.length > 0)
        keep(kernel.version, one, tally.length);
      progress(`${operator.name}: ${String(tally.length)} of ${String(options.count)}`);
    }
    const line: Tally = { operator, measured: tally, seconds: (performance.now() - start) / 1000 };
    console.log(operatorLine(line));
    all.push(...tally);
  }
  await tree.close();
}
if (all.length > 0) for (const line of totalLines(all)) console.log(line);
store.close();

/** Writes down what has to be looked at: the mails, what was expected, and what was said. */
function keep(version: string, { operator, item, mails, verdict }: Measured, number: number): void {
  const name = `${version}-${operator.name}-${String(number)}-${item.function}.mbox`;
  const said = verdict.findings.map(
    (finding) =>
      `  patch ${String(finding.patch)}: ${finding.update} in ${finding.updater}(), visible in ${finding.in}() (${finding.because ?? ''}, ${finding.confidence})`,
  );
  const head = [
    `${verdict.outcome}: ${item.says}`,
    `expected: ${item.expects === null ? 'nothing' : JSON.stringify(item.expects)}`,
    'said:',
    ...(said.length > 0 ? said : ['  nothing']),
    ...verdict.findings.map((finding) => finding.message.replace(/^/gm, '    ')),
    '',
    '',
  ];
  writeFileSync(join(options.out, name), head.join('\n') + mails);
}

function progress(text: string): void {
  process.stderr.write(process.stderr.isTTY ? `\r\x1b[K${text}` : `${text}\n`);
}
