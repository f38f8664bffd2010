import { insertAt, type Edit } from '../edit.js';
import type { Site } from '../sites.js';

/** Puts statements where a folio is held; under the condition that the place asks for. */
export function insertAtSite(
  site: Site,
  statements: readonly string[],
  condition: string | null = null,
): Edit {
  const conditions = [site.condition, condition].filter((item) => item !== null).join(' && ');
  if (conditions === '') return insertAt(site.at, ...statements.map((line) => site.indent + line));
  const inner = statements.map((line) => `${site.indent}\t${line}`);
  if (statements.length === 1) return insertAt(site.at, `${site.indent}if (${conditions})`, ...inner);
  return insertAt(site.at, `${site.indent}if (${conditions}) {`, ...inner, `${site.indent}}`);
}

/** The line before which a new function can stand that the function at hand calls: above its comment. */
export function aboveFunction(fn: Site['function']): number {
  const { lines } = fn.file;
  let at = fn.head;
  while (at > 0 && lines[at - 1]!.trim() !== '') {
    const above = lines[at - 1]!;
    if (!/^(?:\/\*| \*|\/\/)/.test(above)) break;
    at--;
  }
  // Between the branches of an #ifdef the new function would be there in one of them only; that is how people do it.
  return at;
}
