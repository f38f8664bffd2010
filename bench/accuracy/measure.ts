import type { FactStore } from '../../src/c/store.js';
import type { RuleBook } from '../../src/rules/load.js';
import { judge, type Verdict } from './judge.js';
import type { Kernel } from './kernel.js';
import { mailsOf } from './mail.js';
import type { Case, Operator } from './operator.js';
import { whyUnusable } from './parse.js';
import { seededRandom } from './random.js';

/** One case of the sample, with what came of it. */
export interface Measured {
  readonly operator: Operator;
  readonly item: Case;
  readonly mails: string;
  readonly verdict: Verdict;
  readonly milliseconds: number;
}

/** How many cases one function may give, over all operators of a kind: the sample should be of the tree, not of one place. */
const CASES_PER_FUNCTION = 6;

/** The cases of one operator that a seed stands for: the first `count` that can be used. */
export async function* sample(
  operator: Operator,
  kernel: Kernel,
  seed: string,
  count: number,
  used: Map<string, number>,
): AsyncIterable<{ readonly item: Case; readonly mails: string }> {
  const random = seededRandom(`${seed}/${kernel.version}/${operator.name}`);
  const here = new Set<string>();
  let taken = 0;
  for await (const item of operator.cases(kernel, random)) {
    if (taken >= count) return;
    const place = `${operator.kind}:${item.file}:${item.function}`;
    // Twice the same function, for one operator, only where it has nothing else.
    if (here.has(place) && !operator.repeats) continue;
    if ((used.get(place) ?? 0) >= CASES_PER_FUNCTION) continue;
    if ((await whyUnusable(item, kernel)) !== null) continue;
    here.add(place);
    used.set(place, (used.get(place) ?? 0) + 1);
    taken++;
    yield { item, mails: await mailsOf(item, kernel, operator.name) };
  }
}

/** Reviews the sample of one operator. */
export async function* measure(
  operator: Operator,
  kernel: Kernel,
  seed: string,
  count: number,
  used: Map<string, number>,
  rules: RuleBook,
  store: FactStore,
): AsyncIterable<Measured> {
  for await (const { item, mails } of sample(operator, kernel, seed, count, used)) {
    const start = performance.now();
    const verdict = await judge(item, mails, kernel, rules, store);
    yield { operator, item, mails, verdict, milliseconds: performance.now() - start };
  }
}
