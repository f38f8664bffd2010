import type { FunctionAnalysis } from './execution.js';

const known = new WeakMap<FunctionAnalysis, ReadonlySet<string>>();

/** Names of the functions from which what is known of a function comes, as far as the evidence says. */
export function mentionedFunctions(analysis: FunctionAnalysis): ReadonlySet<string> {
  let names = known.get(analysis);
  if (!names) known.set(analysis, (names = namesIn(analysis.summary)));
  return names;
}

function namesIn(root: object): ReadonlySet<string> {
  const names = new Set<string>();
  const seen = new Set<object>();
  const visit = (value: unknown): void => {
    if (typeof value !== 'object' || value === null || seen.has(value) || 'symbolic' in value) return;
    seen.add(value);
    for (const [name, part] of Object.entries(value)) {
      if (typeof part === 'string') {
        if (name === 'function' || name === 'updater' || name === 'callee') names.add(part);
      } else visit(part);
    }
  };
  visit(root);
  return names;
}

const files = new WeakMap<FunctionAnalysis, ReadonlySet<string>>();

/** Paths of the files with lines that what is known of a function mentions. */
export function mentionedFiles(analysis: FunctionAnalysis): ReadonlySet<string> {
  let paths = files.get(analysis);
  if (!paths) {
    const found = new Set<string>();
    const seen = new Set<object>();
    const visit = (value: unknown): void => {
      if (typeof value !== 'object' || value === null || seen.has(value) || 'symbolic' in value) return;
      seen.add(value);
      if ('file' in value) found.add(value.file as string);
      for (const part of value instanceof Set ? (value as Set<unknown>) : Object.values(value)) visit(part);
    };
    visit(analysis.summary);
    visit(analysis.record);
    files.set(analysis, (paths = found));
  }
  return paths;
}
