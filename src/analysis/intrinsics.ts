import type { Action } from '../c/facts.js';
import type { Constants } from './condition.js';
import { assume, ENTRY_VALUE, signOf } from './condition.js';
import { referenceCountOf, type Memory } from './memory.js';
import { NEGATIVE, NO_FACT, POSITIVE, ZERO_SIGN, type State } from './state.js';
import {
  errorPointer,
  familyOf,
  local,
  ONE,
  operation,
  result,
  subpageAt,
  termById,
  ZERO,
  type Term,
} from './term.js';

type Call = Action & { do: 'call' };

const nothing = (): void => undefined;

/**
 * Calls whose meaning is that of a C operator rather than of a function: error pointers (linux/err.h),
 * `container_of` and the list accessors built on it (linux/container_of.h, linux/list.h), atomic reads.
 *
 * @returns the states after the call with its value, or null when the call is none of these
 */
export function intrinsicCall(
  name: string,
  call: Call,
  args: readonly Term[],
  state: State,
  node: number,
  memory: Memory,
  constants: Constants,
): { state: State; value: Term }[] | null {
  const first = args[0];
  switch (name) {
    case 'ERR_PTR': {
      if (!first) return null;
      if (!(signOf(first, state, constants) & ZERO_SIGN)) return [{ state, value: errorPointer(first) }];
      // ERR_PTR(0) is NULL: `err = ERR_PTR(f()); if (err)`.
      const ways: { state: State; value: Term }[] = [];
      const isError = state.clone();
      if (assume(first, false, state, constants, nothing)) ways.push({ state, value: ZERO });
      if (assume(first, true, isError, constants, nothing)) {
        ways.push({ state: isError, value: errorPointer(first) });
      }
      return ways;
    }
    case 'ERR_CAST':
      return first ? [{ state, value: first }] : null;
    case 'IS_ERR':
    case 'IS_ERR_VALUE':
      return first ? [{ state, value: operation('IS_ERR', first, null) }] : null;
    case 'PTR_ERR': {
      if (!first) return null;
      if (first.kind === 'error') return [{ state, value: first.base! }];
      const value = operation('PTR_ERR', first, null);
      const sign = state.facts.get(first)?.sign;
      if (sign !== undefined) state.facts.set(value, { ...NO_FACT, sign });
      return [{ state, value }];
    }
    case 'IS_ERR_OR_NULL':
    case 'PTR_ERR_OR_ZERO': {
      if (!first) return null;
      const ways: { state: State; value: Term }[] = [];
      const isNull = state.clone();
      const isError = state.clone();
      const isPointer = state.clone();
      const truth = name === 'IS_ERR_OR_NULL';
      if (assume(first, false, isNull, constants, nothing))
        ways.push({ state: isNull, value: truth ? ONE : ZERO });
      if (assume(operation('IS_ERR', first, null), true, isError, constants, nothing)) {
        const code = first.kind === 'error' ? first.base! : operation('PTR_ERR', first, null);
        isError.facts.set(code, { ...NO_FACT, sign: NEGATIVE });
        ways.push({ state: isError, value: truth ? ONE : code });
      }
      if (
        assume(first, true, isPointer, constants, nothing) &&
        assume(operation('IS_ERR', first, null), false, isPointer, constants, nothing)
      ) {
        ways.push({ state: isPointer, value: ZERO });
      }
      return ways;
    }
    case 'container_of':
    case 'container_of_const':
    case 'list_entry':
    case 'hlist_entry':
    case 'llist_entry':
    case 'rb_entry':
      return first ? [{ state, value: containerOf(first, call, state, node, memory) }] : null;
    case 'list_first_entry':
    case 'list_last_entry':
      return first ? [{ state, value: memory.readElement(first, state, node) }] : null;
    case 'list_first_entry_or_null':
    case 'list_last_entry_or_null': {
      if (!first) return null;
      const empty = state.clone();
      return [
        { state, value: memory.readElement(first, state, node) },
        { state: empty, value: ZERO },
      ];
    }
    case 'list_next_entry':
    case 'list_prev_entry':
      if (!first) return null;
      return [
        {
          state,
          value: first.kind === 'element' ? memory.readElement(first.base!, state, node) : result(node, name),
        },
      ];
    case 'nth_page':
      // include/linux/mm.h: page + n, also where the memory map has holes.
      if (!first || !args[1]) return null;
      return [{ state, value: memory.pageOfFolio(subpageAt(first, args[1]), state) }];
    case 'pte_val':
    case 'pmd_val':
    case 'pud_val':
    case 'p4d_val':
    case 'pgd_val':
      // The value of a page table entry: to compare it again is to look whether the entry is still there.
      return first ? [{ state, value: operation(ENTRY_VALUE, first, null) }] : null;
    case 'atomic_read':
    case 'atomic_read_acquire':
      if (first?.kind === 'inside' && /(^|\.)_refcount$/.test(first.name)) {
        return [{ state, value: referenceCountOf(familyOf(first.base!)) }];
      }
      return null;
    default:
      return null;
  }
}

function containerOf(pointer: Term, call: Call, state: State, node: number, memory: Memory): Term {
  const member = call.arguments[2];
  if (pointer.kind === 'inside' && member?.kind === 'name' && pointer.name === member.name)
    return pointer.base!;
  // head->next, head->prev: an element of the list.
  if (pointer.kind === 'field' && (pointer.name === 'next' || pointer.name === 'prev')) {
    return memory.readElement(pointer.base!, state, node);
  }
  if (pointer.kind === 'result' && /\.(next|prev)$/.test(pointer.name)) {
    return memory.readElement(listOfLink(pointer.name), state, node);
  }
  if (pointer.symbolic) return memory.readElement(pointer, state, node);
  return result(node, 'container');
}

/** The list whose first or last entry a value was made for, see Memory.renewLinks(). */
function listOfLink(name: string): Term {
  const list = name.replace(/\.(next|prev)$/, '');
  return list.startsWith('#') ? termById(Number(list.slice(1))) : local(list);
}

/** The folio that a pointer to a member (`&folio->lru`) belongs to, or the pointer itself. */
export function folioOf(pointer: Term): Term {
  return pointer.kind === 'inside' ? pointer.base! : pointer;
}

export const SIGNS: Readonly<Record<string, number>> = {
  any: ZERO_SIGN | POSITIVE | NEGATIVE,
  '0': ZERO_SIGN,
  null: ZERO_SIGN,
  nonzero: POSITIVE | NEGATIVE,
  nonnull: POSITIVE | NEGATIVE,
  error: NEGATIVE,
  positive: POSITIVE,
  pointer: POSITIVE,
};
