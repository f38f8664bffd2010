import { mkdirSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { openFactStore } from '../../src/c/open-store.js';
import type { Series } from '../../src/mail/series.js';
import { analyse } from '../../src/review/side.js';
import { loadRuleBook } from '../../src/rules/load.js';
import { SHIPPED_RULES } from '../../src/rules/shipped.js';
import { openTree, type OpenTree } from '../../src/tree/open.js';
import { readOptions } from './arguments.js';
import { readKernel } from './kernel.js';
import { readArchive } from './lists/archive.js';
import { reviewOnTree } from './lists/on-tree.js';
import { countPatches, touchesFolios } from './lists/patches.js';
import { reviewWithoutTree } from './lists/without-tree.js';
import { measure, sample, type Bench, type Drawn, type Measured } from './measure.js';
import type { Operator } from './operator.js';
import { OPERATORS } from './operators.js';
import { keepCase, keepFailures, keepFinding } from './out.js';
import { seededRandom } from './random.js';
import { headLine, listLine, operatorLine, snapshotLine, totalLines, treeLine } from './report.js';

const options = readOptions(process.argv.slice(2));
const operators = OPERATORS.filter(
  ({ name }) => options.operators.length === 0 || options.operators.includes(name),
);
const rules = loadRuleBook([SHIPPED_RULES]);
const store = openFactStore();
mkdirSync(options.out, { recursive: true });

const real: Series[] = [];
for (const directory of options.archives) {
  const name = basename(directory) === 'repo' ? basename(dirname(directory)) : basename(directory);
  const list = await readArchive(directory, (mails) => {
    progress(`${name}: ${String(mails)} mails`);
  });
  console.log(listLine(name, list, countPatches(list.series)));
  const wanted = options.concerned
    ? list.series.filter(({ patches }) => patches.some((patch) => touchesFolios(patch)))
    : list.series;
  real.push(...seededRandom(`${options.seed}/${name}`).shuffle(wanted));
}
if (options.withoutTree) await measureWithoutTree();
const all: Measured[] = [];
for (const directory of options.trees) {
  const tree = await openTree(directory, null);
  try {
    await analyse(tree, rules, new Set(), store, (what, done, count) => {
      if (done === count) progress(`${tree.name}: ${what}, done`);
    });
    store.flush();
    if (options.count + options.harmless > 0) all.push(...(await measureOperators(tree)));
    if (real.length > 0) await measureLists(tree);
  } finally {
    await tree.close();
  }
}
for (const line of totalLines(all)) console.log(line);
store.close();

async function measureOperators(tree: OpenTree): Promise<Measured[]> {
  const kernel = await readKernel(tree, store);
  console.log(headLine(kernel.version, options.seed));
  const bench: Bench = { kernel, rules, store, seed: options.seed, used: new Map() };
  const start = performance.now();
  const drawn: Drawn[] = [];
  const cases = new Map<Operator, { readonly count: number; readonly measured: Measured[] }>();
  for (const operator of operators) {
    const count = operator.kind === 'planted' ? options.count : options.harmless;
    const items = await sample(operator, bench, count);
    cases.set(operator, { count: items.length, measured: [] });
    drawn.push(...items.map((item) => ({ operator, item })));
    if (items.length === 0 && count > 0) console.log(operatorLine({ operator, measured: [] }));
  }
  const done: Measured[] = [];
  for await (const one of measure(drawn, bench)) {
    const { count, measured } = cases.get(one.operator)!;
    measured.push(one);
    keepCase(options.out, kernel.version, one, measured.length);
    if (measured.length === count) console.log(operatorLine({ operator: one.operator, measured }));
    done.push(one);
    progress(`Linux ${kernel.version}: ${String(done.length)} of ${String(drawn.length)}`);
  }
  console.log(`  ${((performance.now() - start) / 1000).toFixed(0)} s`);
  return done;
}

async function measureLists(tree: OpenTree): Promise<void> {
  const end = performance.now() + options.minutes * 60_000;
  const result = await reviewOnTree(
    real,
    tree,
    rules,
    store,
    (done, count) => {
      progress(`${tree.name}: ${String(done)} of ${String(count)} series`);
      return performance.now() < end;
    },
    (found) => {
      keepFinding(options.out, tree.name, found);
    },
  );
  console.log(treeLine(tree.name, result));
  keepFailures(options.out, tree.name, result.failures);
}

async function measureWithoutTree(): Promise<void> {
  const end = performance.now() + options.minutes * 60_000;
  const result = await reviewWithoutTree(
    real,
    rules,
    (done, count) => {
      if (done % 100 === 0) progress(`without a tree: ${String(done)} of ${String(count)} series`);
      return performance.now() < end;
    },
    (found) => {
      keepFinding(options.out, 'no tree', found);
    },
  );
  console.log(snapshotLine(result, real.length));
  keepFailures(options.out, 'no tree', result.failures);
}

function progress(text: string): void {
  process.stderr.write(process.stderr.isTTY ? `\r\x1b[K${text}` : `${text}\n`);
}
