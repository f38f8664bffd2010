/**
 * A symbolic value inside one function: what a parameter held on entry, what a call returned,
 * a field reached from these, a constant. Terms are interned: equal terms are the same object.
 */
export interface Term {
  readonly id: number;
  readonly kind:
    | 'parameter'
    | 'number'
    | 'name'
    /** What a call or an unreadable expression gave, by graph node. */
    | 'result'
    /** Value loaded from `base->name`; name '' is `*base`. */
    | 'field'
    /** Address of a local variable, or of a field of one. */
    | 'local'
    /** `&base->name` */
    | 'inside'
    /** Another page of the folio: `page + n`; n is the number, or what a parameter or a counter holds, or not known. */
    | 'subpage'
    /** The page `base`, from where it has a reference count of its own: it is no page of the folio that it was one of. */
    | 'apart'
    /** An element of a list, array or batch. */
    | 'element'
    | 'operation'
    /** `ERR_PTR(x)` */
    | 'error'
    /** The test of a folio's flag: true when it is set. */
    | 'flag';
  readonly name: string;
  readonly number: number | null;
  readonly base: Term | null;
  readonly other: Term | null;
  /** Number of terms it is made of. */
  readonly size: number;
  /** True when it is made of parameters, their fields and constants only: its meaning carries over to callers. */
  readonly symbolic: boolean;
  /** Is a parameter part of it? */
  readonly isOfCallers: boolean;
  /** Is an element of a container part of it? */
  readonly isOfElement: boolean;
  /** The term that stands for the whole folio: ownership is a property of all its pages. */
  readonly family: Term;
  /** One bit per term that is part of it, several terms to a bit: where a bit is missing, so is the term. */
  readonly parts: number;
}

/** Terms by kind and name, then by what else they are made of. */
const interned = new Map<Term['kind'], Map<string, Map<number | string, Term>>>();
const byId: Term[] = [];

/** The term with this number. */
export function termById(id: number): Term {
  return byId[id]!;
}

/** The term that is made of these parts; the sides of `==` are in the order that condition.ts gives them. */
export function termOf({
  kind,
  name,
  number,
  base,
  other,
}: Pick<Term, 'kind' | 'name' | 'number' | 'base' | 'other'>): Term {
  if (kind === 'operation' && name === '==' && base && other && base.id > other.id) {
    return intern(kind, name, number, other, base);
  }
  return intern(kind, name, number, base, other);
}

function intern(
  kind: Term['kind'],
  name: string,
  number: number | null,
  base: Term | null,
  other: Term | null,
): Term {
  const known = namesakes(kind, name);
  const key = keyOf(number, base, other);
  let term = known.get(key);
  if (!term) {
    const leaf = base === null && other === null;
    const symbolic = leaf
      ? kind === 'parameter' || kind === 'number' || kind === 'name'
      : (base?.symbolic ?? true) && (other?.symbolic ?? true);
    const id = byId.length;
    const made: { -readonly [Part in keyof Term]: Term[Part] | null } = {
      id,
      kind,
      name,
      number,
      base,
      other,
      size: 1 + (base?.size ?? 0) + (other?.size ?? 0),
      symbolic,
      isOfCallers: kind === 'parameter' || (base?.isOfCallers ?? false) || (other?.isOfCallers ?? false),
      isOfElement: kind === 'element' || (base?.isOfElement ?? false) || (other?.isOfElement ?? false),
      family: base !== null && kind === 'subpage' ? base.family : null,
      parts: bitOf(id) | (base?.parts ?? 0) | (other?.parts ?? 0),
    };
    made.family ??= made as Term;
    term = made as Term;
    known.set(key, term);
    byId.push(term);
  }
  return term;
}

function namesakes(kind: Term['kind'], name: string): Map<number | string, Term> {
  let names = interned.get(kind);
  if (!names) interned.set(kind, (names = new Map<string, Map<number | string, Term>>()));
  let known = names.get(name);
  if (!known) names.set(name, (known = new Map<number | string, Term>()));
  return known;
}

/** More terms than this there are not. */
const MANY = 2 ** 26;

/** Tells terms of one kind and name apart: below zero are numbers, above are terms. */
function keyOf(number: number | null, base: Term | null, other: Term | null): number | string {
  if (number === null) return (base ? base.id + 1 : 0) * MANY + (other ? other.id + 1 : 0);
  if (base === null && other === null && number >= 0 && number < MANY) return -1 - number;
  return `${number}|${base?.id ?? ''}|${other?.id ?? ''}`;
}

function bitOf(id: number): number {
  return 1 << (id & 31);
}

/** Is `part` a part of the term, or the term itself? */
export function mentions(term: Term, part: Term): boolean {
  if (term === part) return true;
  if (term.size <= part.size || (term.parts & bitOf(part.id)) === 0) return false;
  return (
    (term.base !== null && mentions(term.base, part)) || (term.other !== null && mentions(term.other, part))
  );
}

export const parameter = (index: number): Term => intern('parameter', '', index, null, null);
export const number = (value: number): Term => intern('number', '', value, null, null);
export const named = (name: string): Term => intern('name', name, null, null, null);
/** `label` tells several results of one node apart. */
export const result = (node: number, label = ''): Term => intern('result', label, node, null, null);
export const field = (base: Term, name: string): Term => intern('field', name, null, base, null);
export const local = (key: string): Term => intern('local', key, null, null, null);
export const inside = (base: Term, name: string): Term => intern('inside', name, null, base, null);
export const element = (container: Term, label: string): Term =>
  intern('element', label, null, container, null);
export const errorPointer = (code: Term): Term => intern('error', '', null, code, null);
export const flagTest = (folio: Term, flag: string): Term => intern('flag', flag, null, folio, null);
export const operation = (operator: string, left: Term, right: Term | null): Term =>
  intern('operation', operator, null, left, right);

/** The page `index` pages after `page`; index 0 is the page itself, null one of which is not known which. */
export function subpage(page: Term, index: number | null): Term {
  if (index === 0) return page;
  if (page.kind === 'subpage') {
    const sum = index === null || page.number === null ? null : page.number + index;
    return subpage(page.base!, sum);
  }
  return intern('subpage', '', index, page, null);
}

/** The same for an index that is a value: callers know which number a parameter is, and a counter is another when it counts. */
export function subpageAt(page: Term, index: Term): Term {
  if (index.kind === 'number') return subpage(page, index.number);
  if ((!index.symbolic && !isCounter(index)) || page.kind === 'subpage') return subpage(page, null);
  return intern('subpage', '', null, page, index);
}

/** What a variable holds of which nothing is known but that it is not what it was before: that of a loop, or after `i++`. */
export function isCounter(term: Term): boolean {
  return term.kind === 'result' && /^[A-Za-z_]\w*$/.test(term.name);
}

export const apart = (page: Term): Term => intern('apart', '', null, page, null);

export const ZERO = number(0);
export const ONE = number(1);

/** The term that stands for the whole folio. */
export function familyOf(term: Term): Term {
  return term.family;
}

/** For messages and tests. */
export function describeTerm(term: Term): string {
  switch (term.kind) {
    case 'parameter':
      return `$${term.number}`;
    case 'number':
      return String(term.number);
    case 'name':
      return term.name;
    case 'result':
      return `@${term.number}${term.name}`;
    case 'field':
      return `${describeTerm(term.base!)}->${term.name || '*'}`;
    case 'local':
      return `&${term.name}`;
    case 'inside':
      return `&${describeTerm(term.base!)}->${term.name}`;
    case 'subpage':
      return `(${describeTerm(term.base!)} + ${term.number ?? (term.other ? describeTerm(term.other) : '?')})`;
    case 'apart':
      return `apart(${describeTerm(term.base!)})`;
    case 'element':
      return `element(${describeTerm(term.base!)})`;
    case 'error':
      return `ERR_PTR(${describeTerm(term.base!)})`;
    case 'flag':
      return `test(${describeTerm(term.base!)}, ${term.name})`;
    case 'operation':
      return term.other
        ? `(${describeTerm(term.base!)} ${term.name} ${describeTerm(term.other)})`
        : `${term.name}${describeTerm(term.base!)}`;
  }
}
