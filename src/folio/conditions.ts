import { RectoError } from '../errors.js';
import type { Macro, MacroTable } from './macros.js';

/** Where in the `#if` structure of a header something stands. */
export interface Branch {
  /** Number of the `#if`. */
  readonly conditional: number;
  /** 0 for `#if`, then one more for each `#elif` and `#else`. */
  readonly index: number;
}

const MAX_NESTING = 100;

/** Follows `#if` ... `#endif`. The configuration is unknown, so every branch is read, except those of `#if 0`. */
export class Conditions {
  private readonly open: { branch: Branch; dead: boolean }[] = [];
  private count = 0;

  directive(name: string, condition: string): void {
    const top = this.open.at(-1);
    if (name === 'if' || name === 'ifdef' || name === 'ifndef') {
      if (this.open.length === MAX_NESTING) {
        throw new RectoError('too-large', `its #if are nested more than ${MAX_NESTING} deep`);
      }
      this.open.push({ branch: { conditional: this.count++, index: 0 }, dead: isZero(name, condition) });
    } else if ((name === 'elif' || name === 'else') && top !== undefined) {
      top.branch = { conditional: top.branch.conditional, index: top.branch.index + 1 };
      top.dead = false;
    } else if (name === 'endif') {
      this.open.pop();
    }
  }

  get dead(): boolean {
    return this.open.some(({ dead }) => dead);
  }

  get path(): readonly Branch[] {
    return this.open.map(({ branch }) => branch);
  }
}

function isZero(name: string, condition: string): boolean {
  return name === 'if' && /^\s*0\s*$/.test(condition);
}

/** Macros in force at a point of the header. */
export class MacroScope {
  private readonly macros = new Map<string, { macro: Macro; path: readonly Branch[] }>();

  /** The macros that a use in this branch can see. */
  at(path: readonly Branch[]): MacroTable {
    return {
      get: (name) => {
        const known = this.macros.get(name);
        return known === undefined || exclusive(known.path, path) ? undefined : known.macro;
      },
    };
  }

  define(macro: Macro, path: readonly Branch[]): void {
    const before = this.macros.get(macro.name);
    // Of two definitions in branches that exclude each other the longer one does the work, the other is a stub.
    if (before && exclusive(before.path, path) && before.macro.body.length >= macro.body.length) return;
    this.macros.set(macro.name, { macro, path });
  }

  undefine(name: string, path: readonly Branch[]): void {
    const before = this.macros.get(name);
    if (before && exclusive(before.path, path)) return;
    this.macros.delete(name);
  }
}

function exclusive(one: readonly Branch[], other: readonly Branch[]): boolean {
  return one.some((a) => other.some((b) => a.conditional === b.conditional && a.index !== b.index));
}
