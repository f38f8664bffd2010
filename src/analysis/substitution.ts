import type { Memory } from './memory.js';
import type { State } from './state.js';
import { equality } from './condition.js';
import {
  errorPointer,
  familyOf,
  flagTest,
  inside,
  local,
  operation,
  parameter,
  result,
  subpage,
  subpageAt,
  ZERO,
  type Term,
} from './term.js';

/** Turns a callee's terms into the caller's, at one call and on one path. */
export class Substitution {
  private readonly memory: Memory;
  private readonly state: State;
  private readonly args: readonly Term[];
  private readonly node: number;
  /** Terms that were asked for, and what they are in the caller: few. */
  private readonly asked: Term[] = [];
  private readonly given: Term[] = [];

  constructor(memory: Memory, state: State, args: readonly Term[], node: number) {
    this.memory = memory;
    this.state = state;
    this.args = args;
    this.node = node;
  }

  apply(term: Term): Term {
    const at = this.asked.indexOf(term);
    if (at >= 0) return this.given[at]!;
    const made = this.make(term);
    this.asked.push(term);
    this.given.push(made);
    return made;
  }

  private make(term: Term): Term {
    switch (term.kind) {
      case 'parameter':
        return this.args[term.number!] ?? result(this.node, `$${term.number}`);
      case 'number':
      case 'name':
        return term;
      case 'result':
      case 'local': {
        const label = `<${term.kind}${term.number ?? ''}${term.name}>`;
        const own = result(this.node, label);
        this.state.renew(own, result(this.node, `${label}'`));
        return own;
      }
      case 'field': {
        const location = this.memory.behind(this.apply(term.base!), term.name, '', '');
        return this.memory.load(location, this.state, this.node);
      }
      case 'inside': {
        const base = this.apply(term.base!);
        if (base.kind === 'local') return local(`${base.name}.${term.name}`);
        // &folio->page, written in a macro that does not know the type.
        if (term.name === 'page' && this.state.origins.has(familyOf(base))) return base;
        return inside(base, term.name);
      }
      case 'subpage':
        return this.memory.pageOfFolio(
          term.other
            ? subpageAt(this.apply(term.base!), this.apply(term.other))
            : subpage(this.apply(term.base!), term.number),
          this.state,
        );
      case 'apart':
        return this.apply(term.base!);
      case 'element': {
        const container = this.apply(term.base!);
        return this.memory.readElement(container, this.state, this.node);
      }
      case 'error':
        return errorPointer(this.apply(term.base!));
      case 'flag':
        return flagTest(this.apply(term.base!), term.name);
      case 'operation': {
        const base = this.apply(term.base!);
        if (term.name === PACK) return this.packed(term);
        if (!term.other) return operation(term.name, base, null);
        const other = this.apply(term.other);
        if (term.name === '==') return other === ZERO ? operation('!', base, null) : equality(base, other);
        if ((term.name === '+' || term.name === '-') && this.state.origins.has(familyOf(base))) {
          return subpage(base, term.name === '+' && other.kind === 'number' ? other.number : null);
        }
        if (term.name === '&' && (base === ZERO || other === ZERO)) return ZERO;
        if (term.name === '|')
          return base === ZERO ? other : other === ZERO ? base : operation('|', base, other);
        return operation(term.name, base, other);
      }
    }
  }

  private packed(term: Term): Term {
    const first = term.base!.number!;
    return this.args[first + term.other!.number!] ?? result(this.node, 'pack');
  }
}

const PACK = '__VA_ARGS__';

/** The `index`-th of the further arguments of a variadic macro. */
export function packedArgument(parameterIndex: number, index: Term): Term {
  return operation(PACK, parameter(parameterIndex), index);
}
