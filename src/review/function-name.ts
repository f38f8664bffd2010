import type { FunctionEntry, Program } from '../analysis/program.js';
import { RectoError } from '../errors.js';
import { nearest } from '../folio/suggest.js';

/** Names that an error offers. */
const OFFERED = 5;

/**
 * The functions that a name means: `mm/rmap.c:folio_add_new_anon_rmap` one, a bare name the kernel's own and all that
 * files keep to themselves.
 *
 * @throws RectoError 'usage' when there is none, with names that are near
 */
export function functionsMeant(name: string, program: Program): readonly FunctionEntry[] {
  const colon = name.lastIndexOf(':');
  const file = colon < 0 ? null : name.slice(0, colon).replace(/^\.\//, '');
  const bare = name.slice(colon + 1).replace(/\(\)$/, '');
  const all = [...program.functionsNamed(bare)];
  const meant =
    file === null
      ? all.filter((entry) => isOwn(entry) || program.resolve(bare, '') === entry)
      : all.filter((entry) => entry.file === file || entry.file.endsWith(`/${file}`));
  if (meant.length > 0) return meant;
  throw new RectoError('usage', notFound(bare, file, all, program));
}

/** A static function of a source file; one in a header belongs to all that include it. */
function isOwn({ facts, file }: FunctionEntry): boolean {
  return facts.isStatic && file.endsWith('.c');
}

function notFound(
  bare: string,
  file: string | null,
  all: readonly FunctionEntry[],
  program: Program,
): string {
  if (all.length > 0) {
    const files = all.map((entry) => `${entry.file}:${bare}`);
    return `${file ?? ''} has no function ${bare}(); there is ${files.slice(0, OFFERED).join(', ')}`;
  }
  if (program.model.accessors.has(bare) || program.model.pageTypeAccessors.has(bare)) {
    return `${bare}() is defined by a macro of page-flags.h: recto flags says what it does`;
  }
  const names = new Set([...program.functions()].map((entry) => entry.facts.name));
  const near = nearest(bare, names);
  const containing = [...names].filter((known) => bare.length > 3 && known.includes(bare)).sort();
  const offered = [...new Set([...(near === null ? [] : [near]), ...containing])].slice(0, OFFERED);
  const hint = offered.length === 0 ? '' : `; there is ${offered.map((known) => `${known}()`).join(', ')}`;
  return `no function ${bare}() in the files of this tree that handle folios or pages${hint}`;
}
