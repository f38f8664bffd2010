import type { FactStore } from '../../src/c/store.js';
import type { Finding } from '../../src/review/finding.js';
import type { RuleBook } from '../../src/rules/load.js';
import { groupsOf, joined } from './groups.js';
import { concerns, isExpected, judge, reviewMails, type Verdict } from './judge.js';
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
}

/** What measuring needs all the way. */
export interface Bench {
  readonly kernel: Kernel;
  readonly rules: RuleBook;
  readonly store: FactStore;
  readonly seed: string;
  /** Cases that each function has given so far. */
  readonly used: Map<string, number>;
}

/** How many cases one function may give, over all operators of a kind: the sample is of the tree, not of one place. */
const CASES_PER_FUNCTION = 6;
/** Cases that are reviewed as one patch. */
const TOGETHER = 24;

/** The cases of one operator that a seed stands for: the first `count` that can be used. */
export async function sample(operator: Operator, bench: Bench, count: number): Promise<Case[]> {
  const { kernel, used } = bench;
  const random = seededRandom(`${bench.seed}/${kernel.version}/${operator.name}`);
  const here = new Set<string>();
  const cases: Case[] = [];
  for await (const item of operator.cases(kernel, random)) {
    if (cases.length >= Math.min(count, operator.most ?? count)) break;
    const place = `${operator.kind}:${item.file}:${item.function}`;
    // Twice the same function, for one operator, only where it has nothing else.
    if (here.has(place) && !operator.repeats) continue;
    if ((used.get(place) ?? 0) >= CASES_PER_FUNCTION) continue;
    if ((await whyUnusable(item, kernel, bench.store)) !== null) continue;
    here.add(place);
    used.set(place, (used.get(place) ?? 0) + 1);
    cases.push(item);
  }
  return cases;
}

/** A case with the way of editing that it is of. */
export interface Drawn {
  readonly operator: Operator;
  readonly item: Case;
}

/**
 * Reviews cases. Those in different files are reviewed as one patch first. Who is not found in it is reviewed alone, and
 * that counts. A patch of harmless changes of which anything is said is halved until those are alone that it is said of.
 */
export async function* measure(drawn: readonly Drawn[], bench: Bench): AsyncIterable<Measured> {
  for (const kind of ['planted', 'harmless'] as const) {
    const same = drawn.filter(({ operator }) => operator.kind === kind);
    // What costs a tree is done alone: with others, it would hide what they give.
    const alone = same.filter(({ operator }) => operator.most !== undefined);
    const together = same.filter(({ operator }) => operator.most === undefined);
    for (const members of [...groupsOf(together, TOGETHER), ...alone.map((one) => [one])]) {
      yield* kind === 'planted' ? measurePlanted(members, bench) : measureHarmless(members, bench);
    }
  }
}

async function* measurePlanted(members: readonly Drawn[], bench: Bench): AsyncIterable<Measured> {
  const findings = await findingsOf(members, bench);
  for (const one of members) {
    const { operator, item } = one;
    const others = members.filter((other) => other !== one);
    // What is expected of another one is no finding beside this one, though both may call the same function.
    const own = findings.filter(
      (finding) => concerns(finding, item) && !others.some((other) => isExpected(finding, other.item)),
    );
    let verdict = judge(item, others.length > 0 ? own : findings);
    if (verdict.outcome !== 'right' && members.length > 1) {
      verdict = judge(item, await findingsOf([one], bench));
    }
    yield { operator, item, mails: await mailsOf(item, bench.kernel, operator.name), verdict };
  }
}

async function* measureHarmless(members: readonly Drawn[], bench: Bench): AsyncIterable<Measured> {
  const findings = await findingsOf(members, bench);
  if (findings.length > 0 && members.length > 1) {
    const middle = Math.ceil(members.length / 2);
    yield* measureHarmless(members.slice(0, middle), bench);
    yield* measureHarmless(members.slice(middle), bench);
    return;
  }
  for (const { operator, item } of members) {
    const mails = await mailsOf(item, bench.kernel, operator.name);
    yield { operator, item, mails, verdict: judge(item, findings) };
  }
}

/** What is said of cases as one patch, or as one series. */
async function findingsOf(
  members: readonly Drawn[],
  { kernel, rules, store }: Bench,
): Promise<readonly Finding[]> {
  const mails = await mailsOf(joined(members.map(({ item }) => item)), kernel, 'cases');
  return reviewMails(mails, kernel, rules, store);
}
