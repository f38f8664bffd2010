import type { Kernel, SourceFunction } from '../kernel.js';
import type { Case, PatchTexts } from '../operator.js';
import { afterDeclarations } from '../statements.js';

/** Functions that mention a folio or page: a change of them is where a false alarm would come from. */
export function folioFunctions(kernel: Kernel): SourceFunction[] {
  return kernel.files.flatMap((file) => file.functions.filter((fn) => /\b(?:folio|page)\b/.test(codeOf(fn))));
}

/** The function's code, without comments and strings. */
export function codeOf(fn: SourceFunction): string {
  return fn.file.code.slice(fn.head, fn.close + 1).join('\n');
}

/** The first line of the body that is no declaration. */
export function firstStatement(fn: SourceFunction): number {
  return afterDeclarations(fn.file, fn.open + 1);
}

/** A change of one function that must give no finding. */
export function harmless(
  fn: SourceFunction,
  says: string,
  text: string | PatchTexts,
  more: readonly string[] = [],
): Case {
  const { path } = fn.file;
  return {
    file: path,
    function: fn.name,
    says,
    patches: [typeof text === 'string' ? new Map([[path, text]]) : text],
    touched: [fn.name, ...more].map((name) => ({ file: path, function: name })),
    expects: null,
  };
}
