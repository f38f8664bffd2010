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
}

const interned = new Map<string, Term>();
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
  const key = `${kind}|${name}|${number ?? ''}|${base?.id ?? ''}|${other?.id ?? ''}`;
  let term = interned.get(key);
  if (!term) {
    const leaf = base === null && other === null;
    const symbolic = leaf
      ? kind === 'parameter' || kind === 'number' || kind === 'name'
      : (base?.symbolic ?? true) && (other?.symbolic ?? true);
    term = {
      id: interned.size,
      kind,
      name,
      number,
      base,
      other,
      size: 1 + (base?.size ?? 0) + (other?.size ?? 0),
      symbolic,
    };
    interned.set(key, term);
    byId.push(term);
  }
  return term;
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

/** The term that stands for the whole folio: ownership is a property of all its pages. */
export function familyOf(term: Term): Term {
  return term.kind === 'subpage' ? familyOf(term.base!) : term;
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

/** Is a parameter part of the term? */
export function mentionsParameter(term: Term): boolean {
  return (
    term.kind === 'parameter' ||
    (term.base !== null && mentionsParameter(term.base)) ||
    (term.other !== null && mentionsParameter(term.other))
  );
}
