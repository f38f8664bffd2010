import type { Parser } from 'web-tree-sitter';
import { listFunctions, type FoundFunction } from './functions.js';
import { loadGrammar } from './grammar.js';
import { normalise, type NormalisedSource } from './normalise.js';

/** A function that could not be read without a syntax error. */
export interface Unread {
  readonly path: string;
  readonly line: number;
  readonly name: string;
}

/** How well a tree's C was understood. */
export interface Health {
  readonly files: number;
  readonly functions: number;
  readonly unread: readonly Unread[];
}

/** A function of one file, as its better pass saw it. */
export interface SeenFunction {
  readonly name: string;
  readonly macro: string | null;
  readonly line: number;
  readonly error: boolean;
}

/**
 * Parses files as the analysis does and counts the functions found and those
 * with a syntax error. A function that both passes see counts as read when
 * either reads it.
 *
 * @param progress called after each file with the number of files done
 */
export async function parseHealth(
  files: AsyncIterable<{ path: string; text: string }>,
  progress?: (done: number) => void,
): Promise<Health> {
  const parser = await loadGrammar();
  const unread: Unread[] = [];
  let functions = 0;
  let done = 0;
  for await (const { path, text } of files) {
    for (const seen of seenFunctions(parser, text)) {
      functions++;
      if (seen.error) unread.push({ path, line: seen.line, name: seen.name });
    }
    progress?.(++done);
  }
  return { files: done, functions, unread };
}

/** The functions of one file over both passes; one that stands in both at the same line counts once. */
export function seenFunctions(parser: Parser, text: string): SeenFunction[] {
  const seen = new Map<string, SeenFunction>();
  const first = normalise(text, 'first');
  const passes: NormalisedSource[] = [first];
  if (first.hasAlternative) passes.push(normalise(text, 'second'));
  for (const source of passes) {
    for (const found of parseFunctions(parser, source)) {
      const key = `${found.line} ${found.name}`;
      if (seen.get(key)?.error === false) continue;
      seen.set(key, { name: found.name, macro: found.macro, line: found.line, error: found.error });
    }
  }
  return [...seen.values()].sort((a, b) => a.line - b.line);
}

function parseFunctions(parser: Parser, source: NormalisedSource): FoundFunction[] {
  const tree = parser.parse(source.text);
  if (!tree) return [];
  try {
    return listFunctions(tree, source);
  } finally {
    tree.delete();
  }
}

/** The lines that `recto index --verbose` prints. */
export function describeHealth({ files, functions, unread }: Health): string[] {
  const share = functions === 0 ? 0 : (100 * unread.length) / functions;
  return [
    `${functions} functions in ${files} files, ${unread.length} with a syntax error (${share.toFixed(2)}%)`,
    ...unread.map(({ path, line, name }) => `${path}:${line}: ${name}() could not be read`),
  ];
}
