import { isPageType } from '../analysis/memory.js';
import { structName } from '../analysis/program.js';
import type { RuleData } from '../folio/contract.js';

type Structs = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** Steps from a struct over its pointers to one that holds a folio. */
const STEPS = 2;

/** The fields by which a folio can be got to, and all fields of the folio itself. */
export function keptStructs(
  structs: Iterable<readonly [string, Readonly<Record<string, string>>]>,
  rules: RuleData,
): Structs {
  const all = [...structs];
  const contracted = new Set(rules.fields.map(({ struct, field }) => `${struct}.${field}`));
  const wanted = new Set(['folio', 'page', 'slab', 'folio_batch', 'list_head', 'xa_state']);
  let kept: Record<string, Record<string, string>> = {};
  for (let step = 0; step <= STEPS; step++) {
    kept = {};
    for (const [name, fields] of all) {
      const chosen = Object.entries(fields).filter(
        ([field, type]) =>
          name === 'folio' ||
          name === 'page' ||
          isPageType(type) ||
          contracted.has(`${name}.${field}`) ||
          isWanted(type, wanted),
      );
      if (chosen.length > 0) kept[name] = Object.fromEntries(chosen);
    }
    for (const [name, fields] of Object.entries(kept)) {
      if (Object.values(fields).some((type) => isPageType(type) || wanted.has(structName(type))))
        wanted.add(name);
    }
  }
  return kept;
}

function isWanted(type: string, wanted: ReadonlySet<string>): boolean {
  const name = structName(type);
  return name !== '' && name !== 'list_head' && wanted.has(name);
}

/** Does the type of a variable tell where a folio can be? */
export function tellsOfType(type: string, structs: Structs): boolean {
  const name = structName(type);
  return isPageType(type) || name === 'list_head' || Object.hasOwn(structs, name);
}
