import { readFileSync } from 'node:fs';
import { openFactStore } from '../../src/c/open-store.js';
import { joinSeries } from '../../src/mail/assemble.js';
import { readSeries } from '../../src/mail/read.js';
import { reviewSeries } from '../../src/review/review.js';
import { loadRuleBook } from '../../src/rules/load.js';
import { SHIPPED_RULES } from '../../src/rules/shipped.js';
import { openTree } from '../../src/tree/open.js';

// What a server does: one process that reviews one patch after the other. Prints the seconds of every review but the
// first so many, as JSON.
// node running.js FIRST REPOSITORY BASE MAIL [BASE MAIL ...]

const [first, repository, ...rest] = process.argv.slice(2) as [string, string, ...string[]];
const rules = loadRuleBook([SHIPPED_RULES]);
const store = openFactStore();
const times: number[] = [];
for (let at = 0; at < rest.length; at += 2)
  times.push(await review({ base: rest[at]!, mail: rest[at + 1]! }));
store.close();
console.log(JSON.stringify(times.slice(Number(first))));

async function review({ base, mail }: { base: string; mail: string }): Promise<number> {
  const start = performance.now();
  const tree = await openTree(repository, base);
  const series = joinSeries(await readSeries([{ name: mail, bytes: readFileSync(mail) }]));
  await reviewSeries({ series, tree, base: null, notes: [] }, rules, store);
  await tree.close();
  return (performance.now() - start) / 1000;
}
