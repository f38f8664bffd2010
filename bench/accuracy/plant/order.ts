import { freshUpdates } from '../allocations.js';
import { applyEdits, insertAt, removeLines, type Edit } from '../edit.js';
import { pointsTo, type Kernel, type SourceFunction } from '../kernel.js';
import type { Operator } from '../operator.js';
import { indentOf } from '../statements.js';

/** Something that updates a new folio, and further down, in the same block, what makes it visible. */
interface Order {
  readonly function: SourceFunction;
  readonly variable: string;
  readonly update: number;
  readonly publication: number;
  readonly updaters: readonly string[];
  readonly updates: readonly string[];
  readonly flags: readonly string[];
}

/** mm/swap.c: from here the LRU has it, or a batch on its way there. */
const PUBLICATION =
  /^(\t+)(?:folio_add_lru(?:_vma)?|lru_cache_add(?:_inactive_or_unevictable)?)\((\w+)(?:, [^()]*)?\);\s*$/;

/** What callers of these hand over is new: mm/rmap.c, "folio: the folio to add the mapping to"; "new anonymous folio". */
const NEW_RMAP = /^\t+(folio_add_new_anon_rmap|page_add_new_anon_rmap)\((\w+), /;

function orders(kernel: Kernel): Order[] {
  const found: Order[] = [];
  for (const file of kernel.files) {
    for (const fn of file.functions) {
      for (let at = fn.open + 1; at < fn.close; at++) {
        const published = PUBLICATION.exec(file.code[at]!);
        if (!published || pointsTo(fn, published[2]!) === null) continue;
        const [, indent, variable] = published as unknown as [string, string, string];
        for (let above = at - 1; above > Math.max(fn.open, at - 25); above--) {
          const line = file.code[above]!;
          if (line.trim() === '') continue;
          // In the same block, and reached whenever the update was.
          if (indentOf(line).length < indent.length || /^\s*\w+:/.test(line)) break;
          if (indentOf(line) !== indent) continue;
          const update = updateIn(kernel, line, variable);
          if (update) found.push({ function: fn, variable, update: above, publication: at, ...update });
        }
      }
    }
  }
  return found;
}

function updateIn(
  kernel: Kernel,
  line: string,
  variable: string,
): Pick<Order, 'updaters' | 'updates' | 'flags'> | null {
  const rmap = NEW_RMAP.exec(line);
  if (rmap?.[2] === variable && line.trimEnd().endsWith(';')) {
    const update = rmap[1]!.startsWith('folio') ? '__folio_set_swapbacked' : '__SetPageSwapBacked';
    return { updaters: [rmap[1]!], updates: [update], flags: ['swapbacked'] };
  }
  const call = /^\t+(__\w+)\((\w+)\);/.exec(line);
  const accessor = call?.[2] === variable ? kernel.model.accessors.get(call[1]!) : undefined;
  if (!accessor || accessor.atomic) return null;
  return { updaters: [], updates: [accessor.name], flags: [accessor.flag] };
}

/** The folio goes to the LRU before its flags are set: its publication is moved above, or the update below. */
export const publishedEarlier: Operator = {
  name: 'published-earlier',
  kind: 'planted',
  repeats: true,
  *cases(kernel, random) {
    for (const order of random.shuffle(orders(kernel))) {
      const { file, name } = order.function;
      const { lines } = file;
      const up = random.below(2) === 0;
      const edits: Edit[] = up
        ? [
            removeLines(order.publication, order.publication + 1),
            insertAt(order.update, lines[order.publication]!),
          ]
        : [
            removeLines(order.update, order.update + 1),
            insertAt(order.publication + 1, lines[order.update]!),
          ];
      yield {
        file: file.path,
        function: name,
        says: up
          ? `${lines[order.publication]!.trim()} moved above ${lines[order.update]!.trim()}`
          : `${lines[order.update]!.trim()} moved below ${lines[order.publication]!.trim()}`,
        patches: [new Map([[file.path, applyEdits(lines, edits)]])],
        touched: [{ file: file.path, function: name }],
        expects: {
          patch: 1,
          in: [name],
          updaters: order.updaters.length > 0 ? order.updaters : [name],
          updates: order.updates,
          flags: order.flags,
        },
      };
    }
  },
};

/** Lookups that can stand where an allocation was: they return NULL when there is nothing, too. */
const LOOKUPS: Readonly<Record<'folio' | 'page', Readonly<Record<string, readonly string[]>>>> = {
  folio: {
    '6.12': ['swap_cache_get_folio(entry, vma, addr)', 'vm_normal_folio(vma, addr, pte)'],
    '6.1': [
      'filemap_get_folio(mapping, index)',
      'filemap_lock_folio(mapping, index)',
      'vm_normal_folio(vma, addr, pte)',
    ],
  },
  page: {
    '6.12': [
      'find_lock_page(mapping, index)',
      'find_get_page(mapping, index)',
      'vm_normal_page(vma, addr, pte)',
    ],
    '6.1': [
      'find_lock_page(mapping, index)',
      'find_or_create_page(mapping, index, GFP_KERNEL)',
      'vm_normal_page(vma, addr, pte)',
    ],
  },
};

/** The folio that a function prepares comes from a cache or a page table now, and no more from the allocator. */
export const lookupForAllocation: Operator = {
  name: 'lookup-for-allocation',
  kind: 'planted',
  repeats: true,
  *cases(kernel, random) {
    const places = freshUpdates(kernel).flatMap((fresh) =>
      (LOOKUPS[fresh.type][kernel.version] ?? []).map((lookup) => ({ fresh, lookup })),
    );
    for (const { fresh, lookup } of random.shuffle(places)) {
      const { file, name } = fresh.function;
      const statement = `${indentOf(file.lines[fresh.from]!)}${fresh.variable} = ${lookup};`;
      const accessor = kernel.model.accessors.get(fresh.accessor)!;
      yield {
        file: file.path,
        function: name,
        says: `${statement.trim()} in place of an allocation, with ${fresh.accessor}() behind it`,
        patches: [
          new Map([
            [file.path, applyEdits(file.lines, [{ from: fresh.from, to: fresh.to + 1, lines: [statement] }])],
          ]),
        ],
        touched: [{ file: file.path, function: name }],
        expects: {
          patch: 1,
          in: [name],
          updaters: [name],
          updates: [accessor.name],
          flags: [accessor.flag],
        },
      };
    }
  },
};
