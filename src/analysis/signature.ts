/** Numbers to compare states by: what they are equal in. Sums of two numbers, one of them times this. */
export const PAIR = 2 ** 26;

/** What states are compared by: equal where the numbers are. */
export interface Signature {
  readonly hash: number;
  readonly first: readonly number[];
  readonly second: readonly number[];
}

const NONE: readonly number[] = [];

/** Signature of numbers that are sorted already. */
export function signatureOf(first: readonly number[], second: readonly number[] = NONE): Signature {
  return { hash: hashOf(second, hashOf(first, first.length)), first, second };
}

export function isSame(a: Signature, b: Signature): boolean {
  return a.hash === b.hash && sameNumbers(a.first, b.first) && sameNumbers(a.second, b.second);
}

/** Sorts numbers in place, from `start` to before `end`: they are few. */
export function sortNumbers(numbers: number[], start: number, end: number): void {
  for (let at = start + 1; at < end; at++) {
    const number = numbers[at]!;
    let to = at;
    while (to > start && numbers[to - 1]! > number) {
      numbers[to] = numbers[to - 1]!;
      to--;
    }
    numbers[to] = number;
  }
}

function hashOf(numbers: readonly number[], start: number): number {
  let hash = start;
  for (let at = 0; at < numbers.length; at++) {
    const number = numbers[at]!;
    hash = Math.imul(hash ^ (number | 0), 0x9e3779b1);
    hash = Math.imul(hash ^ (hash >>> 15) ^ ((number / PAIR) | 0), 0x85ebca6b);
  }
  return hash ^ (hash >>> 13);
}

function sameNumbers(a: readonly number[], b: readonly number[]): boolean {
  if (a === b) return true;
  if (a.length !== b.length) return false;
  for (let at = 0; at < a.length; at++) if (a[at] !== b[at]) return false;
  return true;
}

/** Values by signature. */
export class SignatureMap<V> {
  private readonly cells = new Map<number, { readonly signature: Signature; readonly value: V }[]>();

  get(signature: Signature): V | undefined {
    const cell = this.cells.get(signature.hash);
    if (!cell) return undefined;
    for (const item of cell) if (isSame(item.signature, signature)) return item.value;
    return undefined;
  }

  /** For a signature that is not in the map yet. */
  add(signature: Signature, value: V): void {
    const item = { signature, value };
    const cell = this.cells.get(signature.hash);
    if (cell) cell.push(item);
    else this.cells.set(signature.hash, [item]);
  }
}
