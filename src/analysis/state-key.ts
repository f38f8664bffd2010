import { termById, type Term } from './term.js';

/** What a key of a state's environment stands for. */
export type KeyMeaning =
  /** A variable, or a part of one: by the name of the variable. */
  | { readonly base: null; readonly name: string }
  /** Memory behind a pointer: the pointer, and the field. */
  | { readonly base: Term; readonly name: string };

const meanings = new Map<string, KeyMeaning>();

/** The key of memory behind a pointer. */
export function memoryKey(base: Term, name: string): string {
  return `${base.id}>${name}`;
}

/** Reads a key: there are few of them, and they are met over and over. */
export function meaningOf(key: string): KeyMeaning {
  let meaning = meanings.get(key);
  if (!meaning) {
    const at = key.indexOf('>');
    meaning =
      at < 0
        ? { base: null, name: variableOf(key) }
        : { base: termById(Number(key.slice(0, at))), name: key.slice(at + 1) };
    meanings.set(key, meaning);
  }
  return meaning;
}

/** The variable that a key, or the name of a local term, is a part of: `batch.folios[3]` → `batch`. */
export function variableOf(key: string): string {
  const end = key.search(/[.[]/);
  return end < 0 ? key : key.slice(0, end);
}
