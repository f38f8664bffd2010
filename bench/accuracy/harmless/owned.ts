import { applyEdits, insertAt } from '../edit.js';
import type { Kernel } from '../kernel.js';
import type { Operator } from '../operator.js';
import { insertAtSite } from '../plant/insert.js';
import { frozenUpdate, isOrdinary } from '../plant/protections.js';
import type { Random } from '../random.js';
import { lookupSites } from '../sites.js';
import { accessorUpdate, rawUpdate } from '../updates.js';
import { folioFunctions, harmless } from './places.js';

/** A call that allocates, and the headers in which the tree may have it. */
interface Allocation {
  readonly name: string;
  readonly type: 'folio' | 'page';
  readonly call: string;
}

/** include/linux/gfp.h, pagemap.h, highmem.h: each returns NULL, or a folio to which nobody else has a reference. */
const ALLOCATIONS: readonly Allocation[] = [
  { name: 'folio_alloc', type: 'folio', call: 'folio_alloc(GFP_KERNEL, 0)' },
  { name: 'filemap_alloc_folio', type: 'folio', call: 'filemap_alloc_folio(mapping_gfp_mask(mapping), 0)' },
  {
    name: 'vma_alloc_folio',
    type: 'folio',
    call: 'vma_alloc_folio(GFP_HIGHUSER_MOVABLE, 0, vma, addr, false)',
  },
  { name: '__folio_alloc_node', type: 'folio', call: '__folio_alloc_node(GFP_KERNEL, 0, numa_node_id())' },
  { name: '__folio_alloc', type: 'folio', call: '__folio_alloc(GFP_KERNEL, 0, numa_node_id(), NULL)' },
  {
    name: 'vma_alloc_zeroed_movable_folio',
    type: 'folio',
    call: 'vma_alloc_zeroed_movable_folio(vma, addr)',
  },
  { name: 'alloc_page', type: 'page', call: 'alloc_page(GFP_KERNEL)' },
  { name: 'alloc_pages', type: 'page', call: 'alloc_pages(GFP_KERNEL, 0)' },
  { name: 'alloc_pages_node', type: 'page', call: 'alloc_pages_node(numa_node_id(), GFP_KERNEL, 0)' },
  { name: '__alloc_pages', type: 'page', call: '__alloc_pages(GFP_KERNEL, 0, numa_node_id(), NULL)' },
  { name: '__alloc_pages_node', type: 'page', call: '__alloc_pages_node(numa_node_id(), GFP_KERNEL, 0)' },
  { name: 'alloc_page_vma', type: 'page', call: 'alloc_page_vma(GFP_HIGHUSER_MOVABLE, vma, addr)' },
  { name: '__page_cache_alloc', type: 'page', call: '__page_cache_alloc(GFP_NOFS)' },
];
const HEADERS = ['include/linux/gfp.h', 'include/linux/pagemap.h', 'include/linux/highmem.h'];

async function allocationsOf(kernel: Kernel): Promise<Allocation[]> {
  const texts = await Promise.all(HEADERS.map((path) => kernel.tree.read(path)));
  const text = texts.join('\n');
  return ALLOCATIONS.filter(({ name }) => new RegExp(`\\b${name}(?:_noprof)?\\(`).test(text));
}

/** What a function does with a folio between its allocation and its end: `$` is the folio, `@` the update. */
const LIVES: Readonly<Record<'folio' | 'page', readonly (readonly string[])[]>> = {
  folio: [
    ['@', 'folio_put($);', 'return 0;'],
    ['@', 'err = filemap_add_folio(mapping, $, index, GFP_KERNEL);', 'folio_put($);', 'return err;'],
    ['LIST_HEAD(folios);', '', 'list_add(&$->lru, &folios);', '@', 'put_pages_list(&folios);', 'return 0;'],
    ['folio_get($);', '@', 'folio_add_lru($);', 'folio_put($);', 'return 0;'],
    [
      '@',
      'folio_add_new_anon_rmap($, vma, addr, RMAP_EXCLUSIVE);',
      'folio_add_lru_vma($, vma);',
      'return 0;',
    ],
  ],
  page: [
    ['@', '__free_page($);', 'return 0;'],
    ['@', 'err = add_to_page_cache_lru($, mapping, index, GFP_KERNEL);', 'put_page($);', 'return err;'],
    ['get_page($);', '@', 'put_page($);', 'return 0;'],
  ],
};

function freshFunction(
  name: string,
  { type, call }: Allocation,
  kernel: Kernel,
  random: Random,
  path: string,
): { readonly lines: string[]; readonly says: string } {
  const update = (
    random.below(4) === 0 ? rawUpdate(random, type) : accessorUpdate(kernel, random, type, type, path)
  ).statement;
  const life = random
    .pick(LIVES[type])
    .filter((line) => kernel.version !== '6.1' || !line.includes('anon_rmap'));
  const [declared, rest] = life[1] === '' ? [life.slice(0, 1), life.slice(2)] : [[], life];
  const body = rest.map((line) => line.replaceAll('$', type).replace('@', update));
  return {
    says: `${update} on what ${call} returned`,
    lines: [
      '',
      `int ${name}(struct address_space *mapping, pgoff_t index,`,
      '\t\tstruct vm_area_struct *vma, unsigned long addr)',
      '{',
      `\tstruct ${type} *${type};`,
      ...declared.map((line) => `\t${line}`),
      '\tint err;',
      '',
      `\t${type} = ${call};`,
      `\tif (!${type})`,
      '\t\treturn -ENOMEM;',
      ...body.map((line) => `\t${line}`),
      '}',
    ],
  };
}

/** A new function that allocates a folio, with each function that can, and updates it before anybody else can see it. */
const fresh: Operator = {
  name: 'fresh-folio',
  kind: 'harmless',
  async *cases(kernel, random) {
    const allocations = random.shuffle(await allocationsOf(kernel));
    let turn = 0;
    for (const fn of random.shuffle(folioFunctions(kernel))) {
      if (fn.file.lines.slice(fn.close + 1, fn.close + 3).some((line) => line.startsWith('#'))) continue;
      const name = `${fn.name}_fill_new`;
      const added = freshFunction(
        name,
        allocations[turn++ % allocations.length]!,
        kernel,
        random,
        fn.file.path,
      );
      const text = applyEdits(fn.file.lines, [insertAt(fn.close + 1, ...added.lines)]);
      yield harmless(fn, added.says, text, [name]);
    }
  },
};

/** Atomic updates of a folio that was looked up, and to which the code has a reference. */
const atomic: Operator = {
  name: 'atomic-update',
  kind: 'harmless',
  *cases(kernel, random) {
    const flags =
      /^(?:referenced|dirty|workingset|uptodate|checked|private_2|reclaim|mappedtodisk|error|owner_priv_1)$/;
    for (const site of random.shuffle(lookupSites(kernel))) {
      if (site.kind === 'PFN' || site.lookup.call.startsWith('xas_')) continue;
      const accessors = [...kernel.model.accessors.values()].filter(
        (accessor) =>
          accessor.atomic &&
          accessor.takes === site.type &&
          accessor.word === 'head' &&
          (accessor.operation === 'set' || accessor.operation === 'clear') &&
          flags.test(accessor.flag),
      );
      const statement = `${random.pick(accessors).name}(${site.variable});`;
      yield harmless(
        site.function,
        `${statement} behind ${site.lookup.call}`,
        applyEdits(site.file.lines, [insertAtSite(site, [statement])]),
      );
    }
  },
};

/** Non-atomic updates of a folio that was isolated from the LRU, and whose refcount was frozen. */
const frozen: Operator = {
  name: 'frozen-update',
  kind: 'harmless',
  *cases(kernel, random) {
    for (const site of random.shuffle(lookupSites(kernel).filter((item) => isOrdinary(item)))) {
      const update = accessorUpdate(kernel, random, site.variable, 'folio', site.file.path);
      yield harmless(
        site.function,
        `${update.statement} where the refcount is frozen`,
        applyEdits(site.file.lines, [insertAtSite(site, frozenUpdate(site, update, kernel, random))]),
      );
    }
  },
};

/** The test of swapbacked in front of the update, for folios of the swap cache: all of them have it. */
const guarded: Operator = {
  name: 'guarded-update',
  kind: 'harmless',
  repeats: true,
  *cases(kernel, random) {
    for (const site of random.shuffle(lookupSites(kernel).filter((item) => item.kind === 'swap cache'))) {
      const [test, set] =
        site.type === 'folio'
          ? ['folio_test_swapbacked', '__folio_set_swapbacked']
          : ['PageSwapBacked', '__SetPageSwapBacked'];
      if (!kernel.model.accessors.has(set!)) continue;
      yield harmless(
        site.function,
        `${set!}() behind a test, behind ${site.lookup.call}`,
        applyEdits(site.file.lines, [
          insertAtSite(site, [`${set!}(${site.variable});`], `!${test!}(${site.variable})`),
        ]),
      );
    }
  },
};

export const owned: readonly Operator[] = [fresh, atomic, frozen, guarded];
