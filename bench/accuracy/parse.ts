import { loadGrammar } from '../../src/c/grammar.js';
import { seenFunctions } from '../../src/c/health.js';
import { lowerFile } from '../../src/c/lower/file.js';
import type { Kernel } from './kernel.js';
import type { Case } from './operator.js';

/**
 * Why a case cannot be used, or null: after its last patch every function that it touches has to parse, unless it did
 * not before either, and has to be seen by the analysis. This asks nothing of what the analysis makes of it.
 */
export async function whyUnusable(item: Case, kernel: Kernel): Promise<string | null> {
  const parser = await loadGrammar();
  const last = new Map(item.patches.flatMap((texts) => [...texts]));
  for (const [path, text] of last) {
    const before = (await kernel.tree.read(path)) ?? '';
    if (before === text) return `${path} does not change`;
    const broken = errors(seenFunctions(parser, before));
    for (const name of errors(seenFunctions(parser, text))) {
      if (!broken.has(name)) return `${path}: ${name}() does not parse any more`;
    }
    const names = item.touched.filter((touched) => touched.file === path).map((touched) => touched.function);
    const facts = await lowerFile(text);
    for (const name of names) {
      if (!facts.functions.some((fn) => fn.name === name && fn.nodes.length > 0)) {
        return `${path}: ${name}() is not seen`;
      }
    }
  }
  return null;
}

function errors(functions: ReturnType<typeof seenFunctions>): Set<string> {
  return new Set(functions.filter((fn) => fn.error).map((fn) => fn.name));
}
