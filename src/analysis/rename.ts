import type { FunctionFacts } from '../c/facts.js';
import type { Program } from './program.js';

/** Similarity from which two functions of different names count as one that was renamed. */
const SIMILAR = 0.75;

/**
 * Functions that a patch renamed: those that are gone, matched with new ones of nearly the same body.
 *
 * @param files paths that the patch changes
 * @returns the new name for each old one
 */
export function renamedFunctions(
  before: Program,
  after: Program,
  files: readonly string[],
): ReadonlyMap<string, string> {
  const [then, now] = [functionsOf(before, files), functionsOf(after, files)];
  const [namesThen, namesNow] = [namesOf(then), namesOf(now)];
  const gone = then.filter(({ name }) => !namesNow.has(name));
  const added = now.filter(({ name }) => !namesThen.has(name));
  const renamed = new Map<string, string>();
  const taken = new Set<string>();
  for (const old of gone) {
    const shape = shapeOf(old);
    let best: FunctionFacts | null = null;
    let bestScore = SIMILAR;
    for (const candidate of added) {
      if (taken.has(candidate.name)) continue;
      const score = similarity(shape, shapeOf(candidate));
      if (score >= bestScore) {
        best = candidate;
        bestScore = score;
      }
    }
    if (best) {
      renamed.set(old.name, best.name);
      taken.add(best.name);
    }
  }
  return renamed;
}

function functionsOf(program: Program, files: readonly string[]): FunctionFacts[] {
  return files.flatMap((file) => program.functionsIn(file)).map((entry) => entry.facts);
}

function namesOf(functions: readonly FunctionFacts[]): ReadonlySet<string> {
  return new Set(functions.map(({ name }) => name));
}

/** What a function does, without the names of its variables: how often it calls what. */
function shapeOf(facts: FunctionFacts): ReadonlyMap<string, number> {
  const shape = new Map<string, number>();
  const count = (key: string): void => void shape.set(key, (shape.get(key) ?? 0) + 1);
  for (const { action } of facts.nodes) {
    count(action.do);
    if (action.do === 'call' && typeof action.callee === 'string' && action.callee !== facts.name) {
      count(`call ${action.callee}`);
    }
  }
  for (const variable of facts.parameters) count(`parameter ${variable.type}`);
  return shape;
}

function similarity(a: ReadonlyMap<string, number>, b: ReadonlyMap<string, number>): number {
  let common = 0;
  let all = 0;
  for (const key of new Set([...a.keys(), ...b.keys()])) {
    const left = a.get(key) ?? 0;
    const right = b.get(key) ?? 0;
    common += Math.min(left, right);
    all += Math.max(left, right);
  }
  return all === 0 ? 0 : common / all;
}
