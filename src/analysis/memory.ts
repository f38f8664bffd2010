import type { Expression, FunctionFacts, Place } from '../c/facts.js';
import type { Program } from './program.js';
import { structName } from './program.js';
import { defaultOrigin, originOf, standingKey, UNKNOWN, type Origin } from './origin.js';
import { memoryKey, variableKey } from './state-key.js';
import type { State } from './state.js';
import {
  apart,
  element,
  familyOf,
  field,
  inside,
  isCounter,
  local,
  named,
  number,
  operation,
  result,
  subpage,
  subpageAt,
  ZERO,
  type Term,
} from './term.js';
import { equality, REFERENCE_COUNT, type Constants } from './condition.js';

/** Where a place is: a variable (or part of one), or memory behind a pointer. */
export type Location =
  | { readonly kind: 'variable'; readonly key: string; readonly type: string }
  | {
      readonly kind: 'memory';
      readonly base: Term;
      readonly name: string;
      /** Type of the value there. */
      readonly type: string;
      /** Struct that the field belongs to, '' when it is not known. */
      readonly struct: string;
    };

/** Terms larger than this are given up for an unknown value. */
const TERM_LIMIT = 12;

/** Pointers to these are pointers to the pages they overlay. */
const PAGE_STRUCTS = new Set(['folio', 'page']);

/** Fields that hold flags words: include/linux/mm_types.h, struct page and folio. */
export function flagsField(struct: string, name: string): 'flags' | '_flags_1' | null {
  const plain = name.replace(/^page\./, '').replace(/\.f$/, '');
  return PAGE_STRUCTS.has(struct) && plain !== SLAB_WORD ? flagsWordNamed(plain) : null;
}

/** What a pointer to a field of that name points to, where nothing is known of the struct. */
export function flagsWordNamed(name: string): 'flags' | '_flags_1' | null {
  if (name === 'flags' || name === SLAB_WORD) return 'flags';
  return name === '_flags_1' ? '_flags_1' : null;
}

/** The flags word of its page in struct slab: mm/slab.h, SLAB_MATCH(flags, __page_flags). */
const SLAB_WORD = '__page_flags';

export function isPageType(type: string): boolean {
  return /^struct (folio|page)\b/.test(type);
}

/** Reads and writes variables and memory of one function's paths. */
export class Memory {
  private readonly program: Program;
  private readonly facts: FunctionFacts;
  private readonly file: string;
  private readonly types: Map<string, string>;
  /** The types that steps lead to, by the type before and the step. */
  private readonly steps = new Map<string, Map<string, string>>();

  constructor(program: Program, facts: FunctionFacts, file: string) {
    this.program = program;
    this.facts = facts;
    this.file = file;
    this.types = new Map(Object.entries(facts.locals));
    for (const variable of facts.parameters) this.types.set(variable.name, variable.type);
  }

  /** Tells the type of a temporary: what a function returns. */
  setType(temporary: string, type: string): void {
    if (type) this.types.set(temporary, type);
  }

  isVariable(name: string): boolean {
    return this.types.has(name) || name.startsWith('%');
  }

  typeOf(expression: Expression): string {
    switch (expression.kind) {
      case 'read':
        return this.typeOfPlace(expression.place);
      case 'address': {
        const type = this.typeOfPlace(expression.place);
        return type ? (type.endsWith('*') ? type + '*' : type + ' *') : '';
      }
      case 'binary':
        return expression.operator === '+' || expression.operator === '-' ? this.typeOf(expression.left) : '';
      default:
        return '';
    }
  }

  private typeOfPlace(place: Place): string {
    let type = this.types.get(place.base) ?? '';
    for (const step of place.path) type = this.stepType(type, step);
    return type;
  }

  private stepType(type: string, step: string): string {
    let steps = this.steps.get(type);
    if (!steps) this.steps.set(type, (steps = new Map<string, string>()));
    let there = steps.get(step);
    if (there === undefined) steps.set(step, (there = this.typeBehind(type, step)));
    return there;
  }

  private typeBehind(type: string, step: string): string {
    if (step.startsWith('[')) {
      if (type.endsWith('[]')) return type.slice(0, -2).trim();
      return type.replace(/ ?\*$/, '');
    }
    if (step === '*') return type.replace(/ ?\*$/, '');
    const name = step.replace(/^(->|\.)/, '');
    return this.program.fieldType(structName(type), name);
  }

  /** Where a place is on this path; null where that cannot be told. */
  locate(place: Place, state: State, node: number): Location | null {
    let location: Location = { kind: 'variable', key: place.base, type: this.types.get(place.base) ?? '' };
    for (const step of place.path) {
      const type = this.stepType(location.type, step);
      if (step.startsWith('.')) location = this.intoField(location, step.slice(1), type);
      else if (step.startsWith('->')) location = this.through(location, step.slice(2), type, state, node);
      else if (step === '*') location = this.through(location, '', type, state, node);
      else location = this.intoIndex(location, step, type, state, node);
    }
    return location;
  }

  private intoField(location: Location, name: string, type: string): Location {
    if (location.kind === 'variable') return { kind: 'variable', key: `${location.key}.${name}`, type };
    const struct = structName(location.type) || location.struct;
    // folio->page.flags is folio->flags: the first page of a folio.
    if (location.name === 'page' && location.struct === 'folio') {
      return { kind: 'memory', base: location.base, name, type, struct: 'page' };
    }
    if (location.name === '') return { kind: 'memory', base: location.base, name, type, struct };
    return {
      kind: 'memory',
      base: location.base,
      name: `${location.name}.${name}`,
      type,
      struct: location.struct,
    };
  }

  private through(location: Location, name: string, type: string, state: State, node: number): Location {
    const pointer = this.load(location, state, node);
    return this.behind(pointer, name, type, structName(location.type));
  }

  /** The memory a pointer points to, or a field of it. */
  behind(pointer: Term, name: string, type: string, struct: string): Location {
    if (pointer.kind === 'local') {
      return { kind: 'variable', key: name ? `${pointer.name}.${name}` : pointer.name, type };
    }
    if (pointer.kind === 'inside') {
      const joined = name ? `${pointer.name}.${name}` : pointer.name;
      // The address of a flags word goes by its plain name only where the word is that of a page: address().
      const owner = name === '' && flagsField('page', pointer.name) ? 'page' : struct;
      return { kind: 'memory', base: pointer.base!, name: joined, type, struct: owner };
    }
    return { kind: 'memory', base: pointer, name, type, struct };
  }

  private intoIndex(location: Location, step: string, type: string, state: State, node: number): Location {
    const isArray = location.type.endsWith('[]') || (location.kind === 'variable' && location.type === '');
    if (isArray) {
      if (location.kind === 'variable') return { kind: 'variable', key: location.key + step, type };
      return { ...location, name: location.name + step, type };
    }
    const pointer = this.load(location, state, node);
    if (/^struct page \*$/.test(location.type)) {
      return { kind: 'memory', base: this.pageOf(pointer, step, state), name: '', type, struct: 'page' };
    }
    if (pointer.kind === 'local') return { kind: 'variable', key: pointer.name + step, type };
    return { kind: 'memory', base: pointer, name: step, type, struct: '' };
  }

  /** `page[3]`, `page[n]` */
  private pageOf(page: Term, step: string, state: State): Term {
    const index = step.slice(1, -1);
    if (/^\d+$/.test(index)) return this.pageOfFolio(subpage(page, Number(index)), state);
    return this.pageAtValue(page, state.variable(index), state);
  }

  /** A variable's value of the first pass of a loop is no known index. */
  private pageAtValue(page: Term, index: Term | undefined, state: State): Term {
    if (index?.kind !== 'parameter' && !(index && isCounter(index))) return subpage(page, null);
    return this.pageOfFolio(subpageAt(page, index), state);
  }

  /** The container that a place with an unknown index is an element of. */
  private containerOf(location: Location): Term | null {
    if (location.kind === 'variable') {
      const at = location.key.indexOf('[');
      return at < 0 ? null : local(location.key.slice(0, at).replace(/\.\w+$/, ''));
    }
    const at = location.name.indexOf('[');
    if (at < 0) return null;
    return location.base;
  }

  /** The value at a location. */
  load(location: Location, state: State, node: number): Term {
    if (location.kind === 'variable') {
      const known = state.variable(location.key);
      if (known) return known;
      const container = this.containerOf(location);
      if (container) return this.readElement(container, state, node);
      if (!this.isVariable(location.key.split(/[.[]/)[0]!)) return named(location.key);
      // An array used as a value is its address.
      if (location.type.endsWith('[]')) return local(location.key);
      const fresh = result(node, location.key);
      state.setVariable(location.key, fresh);
      this.applyFieldContract(location, fresh, state);
      return fresh;
    }
    const known = state.env.get(memoryKey(location.base, location.name));
    if (known) return known;
    const container = this.containerOf(location);
    if (container) return this.readElement(container, state, node);
    if (location.type.endsWith('[]')) return inside(location.base, location.name);
    const term = field(location.base, location.name);
    if (term.size > TERM_LIMIT) return result(node, location.name);
    if (!state.origins.has(familyOf(term)) && location.struct) {
      const contract = this.program.fieldContract(location.struct, location.name);
      if (contract) {
        const says = `${location.struct}->${location.name} holds it`;
        state.origins.set(term, {
          ...originOf(contract.state, this.step(node, says)),
          assumed: term.symbolic,
        });
      }
    }
    return term;
  }

  private applyFieldContract(location: Location & { kind: 'variable' }, term: Term, state: State): void {
    const dot = location.key.lastIndexOf('.');
    if (dot < 0) return;
    const struct = structName(this.types.get(location.key.slice(0, dot)) ?? '');
    const contract = struct ? this.program.fieldContract(struct, location.key.slice(dot + 1)) : null;
    if (contract) {
      state.origins.set(
        term,
        originOf(contract.state, this.step(0, `${struct}.${location.key.slice(dot + 1)} holds it`)),
      );
    }
  }

  /**
   * A folio out of a container, with the state that the container's folios have.
   *
   * @param label tells several elements read by one node apart
   */
  readElement(container: Term, state: State, node: number, label = ''): Term {
    const item = element(container, `@${node}${label}`);
    state.renew(item, element(container, `@${node}${label}'`));
    const held = state.contents.get(container);
    if (held && held.length > 0) state.origins.set(item, joinOrigins(held));
    return item;
  }

  /** Writes a value; an unknown index adds to the container. */
  store(location: Location, value: Term, state: State): void {
    const container = this.containerOf(location);
    if (container) {
      this.collect(container, value, state);
      return;
    }
    if (location.kind === 'variable') {
      const key = variableKey(location.key);
      state.forgetParts(key);
      state.env.set(key, value);
    } else state.env.set(memoryKey(location.base, location.name), value);
  }

  /** A folio is put into a container. */
  collect(container: Term, folio: Term, state: State): void {
    this.addToContainer(container, this.originOf(folio, state), state);
  }

  /** A folio that stands like this is put into a container; one that was not made here has others in it already. */
  addToContainer(container: Term, origin: Origin, state: State): void {
    const held =
      state.contents.get(container) ?? (container.kind === 'local' ? [] : [defaultOrigin(container)]);
    if (held.length < 4 && !held.some((other) => standingKey(other) === standingKey(origin))) {
      state.contents.set(container, [...held, origin]);
    }
  }

  /**
   * What is taken off a list may have been its only entry. Where it is not known which list it was on, it may be any
   * that has been asked.
   */
  leaveList(entry: Term, state: State, node: number): void {
    const item = entry.kind === 'inside' ? entry.base! : entry;
    const list = item.kind === 'element' ? item.base! : item;
    const asked = askedLists(state);
    if (asked.has(list)) this.renewLinks(list, state, node);
    else if (!state.contents.has(list)) for (const one of asked) this.renewLinks(one, state, node);
  }

  /** What is put on a list makes it longer. */
  joinList(list: Term, state: State, node: number): void {
    if (list.kind === 'local' || askedLists(state).has(list)) this.renewLinks(list, state, node);
  }

  /** Entries of a list come or go: what its head pointed to it need not point to any more. */
  private renewLinks(list: Term, state: State, node: number): void {
    for (const link of ['next', 'prev']) {
      const value = result(
        node,
        list.kind === 'local' ? `${list.name}.${link}` : `#${String(list.id)}.${link}`,
      );
      state.forget(value);
      this.store(this.behind(list, link, '', 'list_head'), value, state);
    }
  }

  /** The state of the folio that a pointer means. */
  originOf(term: Term, state: State): Origin {
    const family = familyOf(term);
    const known = state.origins.get(family);
    if (known) return known;
    return family.kind === 'apart' ? this.originOf(family.base!, state) : defaultOrigin(family);
  }

  /** From here a page that was a tail has a reference count of its own; whoever holds it holds a folio of its own. */
  leaveFolio(page: Term, state: State): Term {
    const own = apart(page);
    state.origins.set(own, this.originOf(page, state));
    state.replace(page, own);
    return own;
  }

  /** A page of a folio, unless it has left it. */
  pageOfFolio(page: Term, state: State): Term {
    if (page.kind !== 'subpage' || (page.number === null && page.other === null)) return page;
    const own = apart(page);
    return state.origins.has(own) ? own : page;
  }

  step(node: number, says: string): { function: string; file: string; line: number; says: string } {
    return {
      function: this.facts.name,
      file: this.file,
      line: this.lineOf(node),
      says,
    };
  }

  lineOf(node: number): number {
    return this.facts.nodes[node]?.line ?? this.facts.line;
  }

  /** The flags word that memory is, where the code or what is known of the pointer says that this is a page. */
  flagsWord(location: Location & { kind: 'memory' }, state: State): 'flags' | '_flags_1' | null {
    const struct = location.struct || (this.isPage(location.base, state) ? 'page' : '');
    return flagsField(struct, location.name);
  }

  private isPage(pointer: Term, state: State): boolean {
    const origin = state.origins.get(familyOf(pointer));
    return pointer.kind === 'subpage' || (origin !== undefined && origin.ownership !== 'unknown');
  }

  /** The value of an expression. */
  evaluate(expression: Expression, state: State, node: number): Term {
    switch (expression.kind) {
      case 'number':
        return number(expression.value);
      case 'name':
        return named(expression.name);
      case 'type':
        return named(expression.type);
      case 'opaque':
        return result(node, '?');
      case 'read': {
        const location = this.locate(expression.place, state, node);
        return location ? this.load(location, state, node) : result(node, '?');
      }
      case 'address':
        return this.address(expression.place, state, node);
      case 'unary': {
        const operand = this.evaluate(expression.operand, state, node);
        if (operand.kind === 'number' && expression.operator === '-') return number(-operand.number!);
        return bounded(operation(expression.operator, operand, null), node);
      }
      case 'binary':
        return this.binary(expression, state, node);
    }
  }

  /**
   * `page + index`. With an index that is not known it may be a page of its own (alloc_pages() without __GFP_COMP,
   * split_page()): it stands like the first, but what happens to it happens to it alone.
   */
  private pageAt(page: Term, index: number | null, state: State, node: number): Term {
    const origin = state.origins.get(familyOf(page));
    if (index !== null || page.symbolic || !origin) {
      return bounded(this.pageOfFolio(subpage(page, index), state), node);
    }
    const item = element(page, `@${node}`);
    state.renew(item, element(page, `@${node}'`));
    state.origins.set(item, origin);
    return item;
  }

  private address(place: Place, state: State, node: number): Term {
    const location = this.locate(place, state, node);
    if (!location) return result(node, '&');
    if (location.kind === 'variable') {
      if (!this.isVariable(place.base) && place.path.length === 0) return named(place.base);
      if (/\[\D/.test(location.key)) return local(location.key.slice(0, location.key.indexOf('[')));
      return local(location.key);
    }
    if (location.name === '') return location.base;
    // A folio begins with its first page; struct slab and the like overlay both.
    if (location.name === 'page' && location.struct === 'folio') return location.base;
    const flags = this.flagsWord(location, state);
    const name =
      flags ??
      (/(^|\.)flags(\.f)?$/.test(location.name) ? `${location.struct}.${location.name}` : location.name);
    if (location.name.startsWith('[')) return location.base;
    const address = bounded(inside(location.base, name), node);
    this.seedContainer(location, address, state, node);
    return address;
  }

  /** A list that a field contract describes, such as the queue of folios to split: others walk it. */
  private seedContainer(
    location: Location & { kind: 'memory' },
    address: Term,
    state: State,
    node: number,
  ): void {
    if (
      !location.struct ||
      state.contents.has(address) ||
      !/^struct (list_head|llist_head)/.test(location.type)
    )
      return;
    const name = location.name.slice(location.name.lastIndexOf('.') + 1).replace(/\[.*$/, '');
    const contract = this.program.fieldContract(location.struct, name);
    if (!contract) return;
    const says = `${location.struct}->${name} holds it`;
    state.contents.set(address, [originOf(contract.state, this.step(node, says))]);
  }

  private binary(expression: Expression & { kind: 'binary' }, state: State, node: number): Term {
    const left = this.evaluate(expression.left, state, node);
    const right = this.evaluate(expression.right, state, node);
    switch (expression.operator) {
      case '==':
        return bounded(compared(left, right), node);
      case '!=':
        return bounded(operation('!', compared(left, right), null), node);
      case '<':
        return bounded(operation('<', left, right), node);
      case '>':
        return bounded(operation('<', right, left), node);
      case '>=':
        return bounded(operation('!', operation('<', left, right), null), node);
      case '<=':
        return bounded(operation('!', operation('<', right, left), null), node);
      case '|':
        if (left === ZERO) return right;
        if (right === ZERO) return left;
        if (left.kind === 'number' && right.kind === 'number') return number(left.number! | right.number!);
        return bounded(operation('|', left, right), node);
      case '&':
        if (left === ZERO || right === ZERO) return ZERO;
        if (left.kind === 'number' && right.kind === 'number') return number(left.number! & right.number!);
        return bounded(maskOf(left, right, this.program.constants), node);
      case '+':
      case '-': {
        if (this.typeOf(expression.left) === 'struct page *') {
          if (
            expression.operator === '+' &&
            left.symbolic &&
            (right.kind === 'parameter' || isCounter(right))
          ) {
            return bounded(this.pageAtValue(left, right, state), node);
          }
          const literal = expression.right.kind === 'number' && expression.operator === '+';
          const index = literal && right.kind === 'number' ? right.number : null;
          return this.pageAt(left, index, state, node);
        }
        // In a macro the types are those of the arguments: whoever calls it knows whether this is a page.
        if (this.facts.kind === 'macro') return bounded(operation(expression.operator, left, right), node);
        break;
      }
      case '<<':
      case '>>':
        return bounded(operation(expression.operator, left, right), node);
    }
    return result(node, expression.operator);
  }
}

/** Lists of which it is known whether they are empty: `head->next == head`. */
function askedLists(state: State): ReadonlySet<Term> {
  const lists = new Set<Term>();
  for (const { kind, name, base, other } of state.facts.keys()) {
    if (kind !== 'operation' || name !== '==' || !base || !other) continue;
    if (isLinkOf(base, other)) lists.add(other);
    else if (isLinkOf(other, base)) lists.add(base);
  }
  return lists;
}

function isLinkOf(link: Term, list: Term): boolean {
  if (link.kind === 'field') return link.base === list && (link.name === 'next' || link.name === 'prev');
  return link.kind === 'result' && /\.(next|prev)$/.test(link.name);
}

/** `x & FLAG`, where x is known to be made with or without the flag. */
function maskOf(left: Term, right: Term, constants: Constants): Term {
  if (left === right || (left.kind === 'operation' && left.name === '|' && hasPart(left, right)))
    return right;
  const values = [left, right].map((term) => (term.kind === 'name' ? constants.get(term.name) : undefined));
  if (values[0] !== undefined && values[1] !== undefined) return (values[0] & values[1]) === 0 ? ZERO : right;
  return operation('&', left, right);
}

function hasPart(term: Term, part: Term): boolean {
  if (term === part) return true;
  return (
    term.kind === 'operation' &&
    term.name === '|' &&
    (hasPart(term.base!, part) || hasPart(term.other!, part))
  );
}

function compared(left: Term, right: Term): Term {
  if (right === ZERO) return operation('!', left, null);
  if (left === ZERO) return operation('!', right, null);
  return equality(left, right);
}

function bounded(term: Term, node: number): Term {
  return term.size > TERM_LIMIT ? result(node, term.name) : term;
}

/** What can be said of any one of several folios: where they differ, nothing. */
function joinOrigins(origins: readonly Origin[]): Origin {
  const [first, ...rest] = origins as [Origin, ...Origin[]];
  if (rest.length === 0) return first;
  if (rest.every((origin) => origin.ownership === first.ownership)) {
    const locked = rest.every((origin) => origin.locked === first.locked) ? first.locked : null;
    return { ...first, locked, tested: {}, flags: {} };
  }
  return { ...UNKNOWN, steps: first.steps };
}

/** The reads of a reference count are values of their own. */
export const referenceCountOf = (folio: Term): Term => operation(REFERENCE_COUNT, folio, null);
