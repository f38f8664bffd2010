import { applyEdits, replaceLine, type Edit } from '../edit.js';
import { heldFolios } from '../held.js';
import type { Kernel } from '../kernel.js';
import type { Case, Operator } from '../operator.js';
import type { Random } from '../random.js';
import { lookupSites, type Site } from '../sites.js';
import { indentOf } from '../statements.js';
import { accessorUpdate, type Update } from '../updates.js';
import { insertAtSite } from './insert.js';

/** Two patches: the first adds code that is right, because of what protects it; the second takes the protection away. */
function series(
  place: { readonly file: Site['file']; readonly function: Site['function'] },
  says: string,
  update: Update,
  before: readonly Edit[],
  after: readonly Edit[],
): Case {
  const { path, lines } = place.file;
  const { name } = place.function;
  return {
    file: path,
    function: name,
    says,
    patches: [new Map([[path, applyEdits(lines, before)]]), new Map([[path, applyEdits(lines, after)]])],
    touched: [{ file: path, function: name }],
    expects: {
      patch: 2,
      in: [name],
      updaters: [name],
      updates: update.name === null ? null : [update.name],
      flags: [update.flag],
    },
  };
}

/**
 * Folios of the swap cache have swapbacked (add_to_swap_cache() asserts it), so a test of it in front of the update
 * means that there is never an update. Without the test there always is.
 */
export const guardRemoved: Operator = {
  name: 'guard-removed',
  kind: 'planted',
  repeats: true,
  *cases(kernel, random) {
    for (const site of random.shuffle(lookupSites(kernel).filter((item) => item.kind === 'swap cache'))) {
      const { variable, type } = site;
      const name = type === 'folio' ? '__folio_set_swapbacked' : '__SetPageSwapBacked';
      const test = type === 'folio' ? 'folio_test_swapbacked' : 'PageSwapBacked';
      if (!kernel.model.accessors.has(name)) continue;
      const update = { statement: `${name}(${variable});`, name, flag: 'swapbacked' };
      yield series(
        site,
        `the test in front of ${update.statement} behind ${site.lookup.call} is removed`,
        update,
        [insertAtSite(site, [update.statement], `!${test}(${variable})`)],
        [insertAtSite(site, [update.statement])],
      );
    }
  },
};

/**
 * A folio that was isolated from the LRU and whose refcount was frozen is nobody else's. Without the freeze, or where it
 * failed, those who find it in a cache or a page table still update its flags.
 */
export const freezeRemoved: Operator = {
  name: 'freeze-removed',
  kind: 'planted',
  *cases(kernel, random) {
    for (const site of random.shuffle(lookupSites(kernel).filter((item) => isOrdinary(item)))) {
      const update = accessorUpdate(kernel, random, site.variable, 'folio', site.file.path);
      const inverted = random.below(2) === 0;
      const frozen = frozenUpdate(site, update, kernel, random);
      const without = inverted
        ? frozen.map((line) => line.replace('if (folio_ref_freeze(', 'if (!folio_ref_freeze('))
        : frozen
            .filter((line) => !/folio_ref_(?:un)?freeze|^\t\}$/.test(line))
            .map((line) => line.replace(/^\t\t/, '\t'));
      yield series(
        site,
        `the freeze around ${update.statement} behind ${site.lookup.call} is ${inverted ? 'inverted' : 'removed'}`,
        update,
        [insertAtSite(site, frozen)],
        [insertAtSite(site, without)],
      );
    }
  },
};

/** Found by somebody with a reference, so that isolating and freezing it makes sense. */
export function isOrdinary(site: Site): boolean {
  return (
    site.type === 'folio' &&
    !site.lookup.call.startsWith('xas_') &&
    site.lookup.call !== 'pfn_to_online_page' &&
    (site.kind === 'page cache' || site.kind === 'page table' || site.kind === 'swap cache')
  );
}

/** An update of a folio that is isolated from the LRU and frozen: right by construction. */
export function frozenUpdate(site: Site, update: Update, kernel: Kernel, random: Random): string[] {
  const { variable } = site;
  const count = random.pick(['2', `1 + folio_nr_pages(${variable})`, 'expected_count']);
  // It answered 0 for success before 6.3.
  const isolated =
    kernel.version === '6.1' ? `!folio_isolate_lru(${variable})` : `folio_isolate_lru(${variable})`;
  return [
    `if (${isolated}) {`,
    `\tif (folio_ref_freeze(${variable}, ${count})) {`,
    `\t\t${update.statement}`,
    `\t\tfolio_ref_unfreeze(${variable}, ${count});`,
    '\t}',
    `\tfolio_putback_lru(${variable});`,
    '}',
  ];
}

/**
 * Where the code drops its reference, the drop is written out: who drops the last one owns the folio. Then that is
 * inverted, or its result is not looked at any more, and the update meets a folio which others still have.
 */
export const putAndTest: Operator = {
  name: 'put-and-test-removed',
  kind: 'planted',
  *cases(kernel, random) {
    const places = heldFolios(kernel).flatMap((held) => {
      if (held.type !== 'folio') return [];
      const { code } = held.function.file;
      const drops = code[held.to]!.trim() === `folio_put(${held.variable});`;
      // Not as the one statement of an `if` without braces.
      return drops && /[;{}:]\s*$/.test(code[held.to - 1]!) ? [held] : [];
    });
    for (const held of random.shuffle(places)) {
      const { file } = held.function;
      const { variable } = held;
      const update = accessorUpdate(kernel, random, variable, 'folio', file.path);
      const indent = indentOf(file.lines[held.to]!);
      const inverted = random.below(2) === 0;
      const write = (head: readonly string[]): Edit =>
        replaceLine(held.to, ...head.map((line) => indent + line));
      const body = [`\t${update.statement}`, `\t__folio_put(${variable});`, '}'];
      yield series(
        { file, function: held.function },
        `the test of the last reference in front of ${update.statement} is ${inverted ? 'inverted' : 'removed'}`,
        update,
        [write([`if (folio_put_testzero(${variable})) {`, ...body])],
        [
          inverted
            ? write([`if (!folio_put_testzero(${variable})) {`, ...body])
            : write([
                update.statement,
                `if (folio_put_testzero(${variable}))`,
                `\t__folio_put(${variable});`,
              ]),
        ],
      );
    }
  },
};
