import { applyEdits, insertAt, replaceLine } from '../edit.js';
import { heldFolios } from '../held.js';
import type { Operator } from '../operator.js';
import { lookupSites } from '../sites.js';
import { indentOf } from '../statements.js';
import { rawUpdate } from '../updates.js';
import { insertAtSite } from './insert.js';

/** An atomic update of a folio that others can see becomes a non-atomic one: the accessor's twin, or a bit operation. */
const downgrade: Operator = {
  name: 'atomic-made-non-atomic',
  kind: 'planted',
  *cases(kernel, random) {
    const places = heldFolios(kernel).flatMap((held) => {
      const { code } = held.function.file;
      const found: { held: typeof held; at: number; name: string }[] = [];
      for (let at = held.from; at < held.to; at++) {
        const match = /^\t+(\w+)\((\w+)\);\s*$/.exec(code[at]!);
        if (match?.[2] !== held.variable) continue;
        const accessor = kernel.model.accessors.get(match[1]!);
        if (!accessor?.atomic || (accessor.operation !== 'set' && accessor.operation !== 'clear')) continue;
        if (accessor.word === 'second') continue;
        found.push({ held, at, name: accessor.name });
      }
      return found;
    });
    for (const { held, at, name } of random.shuffle(places)) {
      const { file, name: fn } = held.function;
      const accessor = kernel.model.accessors.get(name)!;
      const twin = kernel.model.accessors.get(`__${name}`);
      const bit = `__${accessor.operation}_bit(${accessor.bit}, &${held.variable}->flags);`;
      const useTwin = twin !== undefined && !twin.atomic;
      const statement = useTwin ? `__${name}(${held.variable});` : bit;
      yield {
        file: file.path,
        function: fn,
        says: `${statement} for ${name}(), of a folio from ${held.because}`,
        patches: [
          new Map([
            [file.path, applyEdits(file.lines, [replaceLine(at, indentOf(file.lines[at]!) + statement)])],
          ]),
        ],
        touched: [{ file: file.path, function: fn }],
        expects: {
          patch: 1,
          in: [fn],
          updaters: [fn],
          updates: useTwin ? [`__${name}`] : null,
          flags: [accessor.flag, accessor.bit.replace(/^PG_/, '')],
        },
      };
    }
  },
};

/** `folio->flags |= ...` behind a lookup, or at the start of a callback that gets its folio from the page cache. */
const raw: Operator = {
  name: 'raw-flags',
  kind: 'planted',
  *cases(kernel, random) {
    // The flags of a page that is a tail are another word; file systems with pages have no large folios.
    const words = lookupSites(kernel).filter(
      ({ type, file }) => type === 'folio' || file.path.startsWith('fs/'),
    );
    const sites = words.map((site) => ({
      function: site.function,
      variable: site.variable,
      because: site.lookup.call,
      insert: (statement: string) => insertAtSite(site, [statement]),
    }));
    const callbacks = heldFolios(kernel)
      .filter((held) => held.because.startsWith('address_space_operations'))
      .map((held) => ({
        function: held.function,
        variable: held.variable,
        because: held.because,
        insert: (statement: string) => insertAt(held.from, `\t${statement}`, ''),
      }));
    for (const place of random.shuffle([...sites, ...callbacks])) {
      const { file, name } = place.function;
      const update = rawUpdate(random, place.variable);
      yield {
        file: file.path,
        function: name,
        says: `${update.statement} on a folio from ${place.because}`,
        patches: [new Map([[file.path, applyEdits(file.lines, [place.insert(update.statement)])]])],
        touched: [{ file: file.path, function: name }],
        expects: { patch: 1, in: [name], updaters: [name], updates: null, flags: [update.flag] },
      };
    }
  },
};

export const downgrades: readonly Operator[] = [downgrade, raw];
