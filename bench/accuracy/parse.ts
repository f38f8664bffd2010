import { loadGrammar } from '../../src/c/grammar.js';
import { seenFunctions } from '../../src/c/health.js';
import { lowerFile } from '../../src/c/lower/file.js';
import type { FactStore } from '../../src/c/store.js';
import { blobId } from '../../src/tree/blob.js';
import type { Kernel } from './kernel.js';
import type { Case } from './operator.js';

/** Names of the functions that do not parse, by file of a kernel. */
const broken = new WeakMap<Kernel, Map<string, ReadonlySet<string>>>();

/**
 * Why a case cannot be used, or null: after each of its patches every function has to parse, unless it did not before
 * either, and those that it touches have to be seen. This asks nothing of what the analysis makes of them.
 *
 * @param store gets the facts, so that the review need not compute them again
 */
export async function whyUnusable(item: Case, kernel: Kernel, store: FactStore): Promise<string | null> {
  for (const texts of item.patches) {
    for (const [path, text] of texts) {
      if ((await kernel.tree.read(path)) === text) return `${path} does not change`;
      const before = await brokenBefore(path, kernel);
      for (const name of await brokenIn(text)) {
        if (!before.has(name)) return `${path}: ${name}() does not parse any more`;
      }
      const facts = await lowerFile(text);
      store.put(blobId(Buffer.from(text)), facts);
      for (const touched of item.touched) {
        if (touched.file !== path) continue;
        const seen = facts.functions.some((fn) => fn.name === touched.function && fn.nodes.length > 0);
        if (!seen) return `${path}: ${touched.function}() is not seen`;
      }
    }
  }
  return null;
}

async function brokenBefore(path: string, kernel: Kernel): Promise<ReadonlySet<string>> {
  let known = broken.get(kernel);
  if (!known) broken.set(kernel, (known = new Map()));
  let names = known.get(path);
  if (!names) known.set(path, (names = await brokenIn((await kernel.tree.read(path)) ?? '')));
  return names;
}

async function brokenIn(text: string): Promise<ReadonlySet<string>> {
  const functions = seenFunctions(await loadGrammar(), text);
  return new Set(functions.filter((fn) => fn.error).map((fn) => fn.name));
}
