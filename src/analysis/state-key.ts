import type { Term } from './term.js';

/** What a state knows the value of. Equal keys are the same object. */
export interface StateKey {
  readonly id: number;
  /** The pointer to the memory; null for a variable, or a part of one. */
  readonly base: Term | null;
  /** The variable's name, or the field. */
  readonly name: string;
  /** `batch.folios[3]`; `<term id>><field>` */
  readonly text: string;
}

const variables = new Map<string, StateKey>();
const memory = new Map<string, Map<Term, StateKey>>();
let made = 0;

/** The key of a variable or of a part of one: `batch`, `batch.folios[3]`. */
export function variableKey(text: string): StateKey {
  let key = variables.get(text);
  if (!key) variables.set(text, (key = { id: made++, base: null, name: variableOf(text), text }));
  return key;
}

/** The key of memory behind a pointer. */
export function memoryKey(base: Term, name: string): StateKey {
  let keys = memory.get(name);
  if (!keys) memory.set(name, (keys = new Map<Term, StateKey>()));
  let key = keys.get(base);
  if (!key) keys.set(base, (key = { id: made++, base, name, text: `${base.id}>${name}` }));
  return key;
}

/** Is it a field or an element of the other, `batch.nr` of `batch`? */
export function isPart(key: StateKey, whole: StateKey): boolean {
  if (key.name !== whole.name || key.base !== null || key === whole || !key.text.startsWith(whole.text))
    return false;
  const next = key.text[whole.text.length];
  return next === '.' || next === '[';
}

/** The variable that a key, or the name of a local term, is a part of: `batch.folios[3]` → `batch`. */
export function variableOf(key: string): string {
  const end = key.search(/[.[]/);
  return end < 0 ? key : key.slice(0, end);
}
