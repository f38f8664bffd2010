import { pointsTo, type Kernel, type SourceFunction } from './kernel.js';
import { changesHands, lookupSites } from './sites.js';
import { afterDeclarations } from './statements.js';

/** Lines of a function on which a variable holds a folio that others can see. */
export interface Held {
  readonly function: SourceFunction;
  readonly variable: string;
  readonly type: 'folio' | 'page';
  readonly from: number;
  /** Not included: the end of the block, or the first line that may change who holds it. */
  readonly to: number;
  readonly because: string;
}

/**
 * Callbacks that are given a folio of the page cache, with the number of the parameter.
 * Documentation/filesystems/locking.rst, vfs.rst: its caller found it in the mapping.
 */
const CALLBACKS: Readonly<Record<string, number>> = {
  read_folio: 1,
  writepage: 0,
  write_end: 5,
  invalidate_folio: 0,
  release_folio: 0,
  launder_folio: 0,
  is_partially_uptodate: 0,
};

const known = new WeakMap<Kernel, readonly Held[]>();

/** Where variables hold visible folios: from a lookup, or from the caller of a callback, until something happens to them. */
export function heldFolios(kernel: Kernel): readonly Held[] {
  let held = known.get(kernel);
  if (!held) {
    held = [...fromLookups(kernel), ...fromCallbacks(kernel)].filter((item) => item.to > item.from);
    known.set(kernel, held);
  }
  return held;
}

function* fromLookups(kernel: Kernel): Iterable<Held> {
  for (const site of lookupSites(kernel)) {
    // What a PFN or the tree under the page cache leads to is nobody's in particular: see the speculative operator.
    if (site.condition !== null || site.variable.includes('.') || site.kind === 'PFN') continue;
    if (site.lookup.call.startsWith('xas_')) continue;
    yield {
      function: site.function,
      variable: site.variable,
      type: site.type,
      from: site.at,
      to: untilChange(site.function, site.at, site.end, site.variable),
      because: site.lookup.call,
    };
  }
}

function* fromCallbacks(kernel: Kernel): Iterable<Held> {
  for (const file of kernel.files) {
    for (const slot of file.facts.slots) {
      const number = CALLBACKS[slot.field];
      if (!/^address_space_operations\b/.test(slot.struct) || number === undefined) continue;
      const fn = file.functions.find((item) => item.name === slot.function);
      const parameter = fn?.facts.parameters[number];
      if (!fn || !parameter) continue;
      const type = pointsTo(fn, parameter.name);
      if (type === null) continue;
      const from = afterDeclarations(file, fn.open + 1);
      yield {
        function: fn,
        variable: parameter.name,
        type,
        from,
        to: untilChange(fn, from, fn.close, parameter.name),
        because: `address_space_operations.${slot.field}`,
      };
    }
  }
}

function untilChange(fn: SourceFunction, from: number, to: number, variable: string): number {
  for (let at = from; at < to; at++) if (changesHands(fn.file.code[at]!, variable)) return at;
  return to;
}
