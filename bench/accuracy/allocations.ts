import { pointsTo, type Kernel, type SourceFunction } from './kernel.js';
import { changesHands } from './sites.js';
import { statementEnd } from './statements.js';

/** A variable that holds a folio nobody else has seen yet, and the first non-atomic update of it in the same function. */
export interface FreshUpdate {
  readonly function: SourceFunction;
  readonly variable: string;
  readonly type: 'folio' | 'page';
  /** Lines of the allocation, both included. */
  readonly from: number;
  readonly to: number;
  /** Line of the update, which is a statement of its own, and the accessor. */
  readonly update: number;
  readonly accessor: string;
}

/** include/linux/gfp.h, pagemap.h, mm/mempolicy.c, mm/folio-compat.c: all return NULL or a folio with one reference. */
const ALLOCATION =
  /^\t+(\w+) = ((?:__)?alloc_pages?(?:_vma|_node)?|vma_alloc_folio|folio_alloc|filemap_alloc_folio|__folio_alloc|folio_alloc_mpol|__page_cache_alloc|alloc_page_vma|vma_alloc_zeroed_movable_folio|folio_prealloc|alloc_anon_folio|shmem_alloc_folio|alloc_zeroed_user_highpage_movable)\(/;

/** Non-atomic updates behind an allocation, as the tree has them. */
export function freshUpdates(kernel: Kernel): FreshUpdate[] {
  const found: FreshUpdate[] = [];
  for (const file of kernel.files) {
    for (const fn of file.functions) {
      for (let from = fn.open + 1; from < fn.close; from++) {
        const match = ALLOCATION.exec(file.code[from]!);
        if (!match) continue;
        const variable = match[1]!;
        const type = pointsTo(fn, variable);
        const to = statementEnd(file.code, from);
        if (type === null || to === null || !file.code[to]!.trimEnd().endsWith(';')) continue;
        const update = firstUpdate(kernel, fn, to + 1, variable);
        if (update) found.push({ function: fn, variable, type, from, to, ...update });
      }
    }
  }
  return found;
}

function firstUpdate(
  kernel: Kernel,
  fn: SourceFunction,
  from: number,
  variable: string,
): { update: number; accessor: string } | null {
  for (let at = from; at < Math.min(fn.close, from + 60); at++) {
    const line = fn.file.code[at]!;
    const call = /^\t+(__\w+)\((\w+)\);/.exec(line);
    if (call?.[2] === variable) {
      const accessor = kernel.model.accessors.get(call[1]!);
      if (accessor && !accessor.atomic) return { update: at, accessor: accessor.name };
    }
    // Dropped on an error path, which leaves: what comes behind that has it still.
    if (changesHands(line, variable) && !/\bput|free/.test(line)) return null;
  }
  return null;
}
