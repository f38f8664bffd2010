import { applyEdits, insertAt, type Edit } from '../edit.js';
import { pointsTo, type Kernel, type SourceFunction } from '../kernel.js';
import type { Operator } from '../operator.js';
import { blockEnd, indentOf, leaves, statementEnd } from '../statements.js';

/** A place where a folio is used that was found without a reference, or with one taken blindly. */
interface Blind {
  readonly function: SourceFunction;
  readonly variable: string;
  readonly type: 'folio' | 'page';
  /** Statements go before this line. */
  readonly at: number;
  readonly indent: string;
  /** How the code leaves when it gets no reference: `goto repeat;`, or null. */
  readonly leave: string | null;
  readonly when: 'before the reference is taken' | 'before it is checked again';
}

/**
 * Functions that find folios by PFN or under RCU: mm/filemap.c and the users of the tree under the page cache, and the
 * walkers of PFNs. Under lru_lock or zone->lock, or through a page table, nobody takes the folio away: not there.
 */
const FILES =
  /^(?:mm\/(?:filemap|page_idle|damon\/ops-common|damon\/paddr|ksm|compaction|migrate|memory_hotplug|migrate_device|memory-failure|huge_memory|page_owner|shmem)\.c|fs\/\w+\/\w+\.c)$/;
const FINDS =
  /\b(?:xas_load|xas_find|xas_next_entry|xas_for_each|pfn_to_online_page|pfn_to_page|pfn_folio|folio_get_nontail_page)\b|\bstable_node\b/;
const NOT_BLIND = /\b(?:split_queue_lock|spin_lock_irq\(&lruvec->lru_lock\))/;

const TRY_GET =
  /^(\t+)(?:\} else )?if \((?:.* \|\| )?!?(?:unlikely\()?!?(folio_try_get(?:_rcu)?|get_page_unless_zero|try_get_page)\((\w+)\)+( \{)?\s*$/;
const RECHECK =
  /xas_reload|page_folio\(|_test_lru\(|PageLRU\(|->mapping\b|__PageMovable|__folio_test_movable/;

function blindPlaces(kernel: Kernel): Blind[] {
  const found: Blind[] = [];
  for (const file of kernel.files) {
    if (!FILES.test(file.path)) continue;
    for (const fn of file.functions) {
      const body = file.code.slice(fn.open, fn.close).join('\n');
      if (!FINDS.test(body) || NOT_BLIND.test(body)) continue;
      for (let at = fn.open + 1; at < fn.close; at++) {
        const match = TRY_GET.exec(file.code[at]!);
        if (!match) continue;
        const [, indent, , variable, brace] = match as unknown as string[];
        const type = pointsTo(fn, variable!);
        if (type === null) continue;
        const isFailure = /!(?:folio_try_get|get_page_unless_zero|try_get_page)/.test(file.code[at]!);
        const leave = isFailure && leaves(file.code[at + 1]!) ? file.code[at + 1]!.trim() : null;
        const place = { function: fn, variable: variable!, type, indent: indent! };
        if (!file.code[at]!.includes('} else if'))
          found.push({ ...place, at, leave, when: 'before the reference is taken' });
        if (!isFailure) continue;
        const end = brace ? blockEnd(file.code, at + 1, `${indent!}\t`) : statementEnd(file.code, at + 1);
        if (end === null || leave === null) continue;
        const next = nextCode(file.code, end + 1);
        if (indentOf(file.code[next]!) !== indent || !RECHECK.test(file.code[next]!)) continue;
        if (!/^\t+if \(/.test(file.code[next]!)) continue;
        found.push({ ...place, at: next, leave: null, when: 'before it is checked again' });
      }
    }
  }
  return found;
}

function nextCode(code: readonly string[], from: number): number {
  let at = from;
  while (code[at]!.trim() === '') at++;
  return at;
}

/** Atomic updates that people do to such folios. */
const UPDATES: Readonly<Record<'folio' | 'page', readonly string[]>> = {
  folio: [
    'folio_set_referenced',
    'folio_clear_idle',
    'folio_set_idle',
    'folio_set_workingset',
    'folio_clear_reclaim',
    'folio_set_active',
  ],
  page: ['SetPageWorkingset', 'SetPageReclaim', 'ClearPageReclaim', 'SetPagePrivate2', 'SetPageDirty'],
};

/**
 * An atomic update, or a trylock, of a folio that may be somebody else's by now: who owns it may be updating its flags
 * non-atomically, and loses this update or takes it for its own.
 */
export const speculative: Operator = {
  name: 'speculative-atomic',
  kind: 'planted',
  repeats: true,
  *cases(kernel, random) {
    const places = blindPlaces(kernel).flatMap((blind) => {
      const lock = blind.type === 'folio' ? 'folio_trylock' : 'trylock_page';
      const updates = UPDATES[blind.type].filter((name) => kernel.model.accessors.has(name));
      return [...random.shuffle(updates).slice(0, 2), ...(blind.leave === null ? [] : [lock])].map(
        (name) => ({
          blind,
          name,
        }),
      );
    });
    for (const { blind, name } of random.shuffle(places)) {
      const { file, name: fn } = blind.function;
      const isLock = name.includes('trylock');
      const accessor = kernel.model.accessors.get(name);
      const lines = isLock
        ? [`${blind.indent}if (!${name}(${blind.variable}))`, `${blind.indent}\t${blind.leave!}`]
        : [`${blind.indent}${name}(${blind.variable});`];
      const edit: Edit = insertAt(blind.at, ...lines);
      yield {
        file: file.path,
        function: fn,
        says: `${name}() ${blind.when}`,
        patches: [new Map([[file.path, applyEdits(file.lines, [edit])]])],
        touched: [{ file: file.path, function: fn }],
        expects: {
          patch: 1,
          in: [fn, name],
          // trylock_page() leaves it to folio_trylock().
          updaters: [fn, name, ...(isLock ? ['folio_trylock'] : [])],
          updates: isLock ? null : [name],
          flags: isLock ? ['locked'] : [accessor!.flag],
        },
      };
    }
  },
};
