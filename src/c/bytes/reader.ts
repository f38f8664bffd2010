import type {
  Action,
  Expression,
  FactNode,
  FileFacts,
  FunctionFacts,
  Place,
  SlotInitialiser,
  Variable,
} from '../facts.js';
import { ACTION, AS_JSON, EXPRESSION } from './codes.js';

/** Reads what the writer wrote. */
export class Reader {
  readonly #strings: readonly string[];
  readonly #bytes: Buffer;
  #at: number;

  constructor(strings: readonly string[], bytes: Buffer, start: number) {
    this.#strings = strings;
    this.#bytes = bytes;
    this.#at = start;
  }

  file(): FileFacts {
    const functions = this.#many(() => this.#function());
    const structs: Record<string, Record<string, string>> = {};
    for (let count = this.#count(); count > 0; count--) structs[this.#string()] = this.#types();
    const slots = this.#many((): SlotInitialiser => {
      return { struct: this.#string(), field: this.#string(), function: this.#string(), local: this.#flag() };
    });
    const constants: Record<string, number> = {};
    for (let count = this.#count(); count > 0; count--) constants[this.#string()] = this.#number();
    return { functions, structs, slots, constants, callbackTypes: this.#list() };
  }

  #function(): FunctionFacts {
    return {
      name: this.#string(),
      kind: this.#flag() ? 'macro' : 'function',
      isStatic: this.#flag(),
      isInit: this.#flag(),
      line: this.#number(),
      endLine: this.#number(),
      returns: this.#string(),
      parameters: this.#many((): Variable => ({ name: this.#string(), type: this.#string() })),
      variadic: this.#flag(),
      locals: this.#types(),
      nodes: this.#many(() => this.#node()),
    };
  }

  #node(): FactNode {
    return { line: this.#number(), action: this.#action(), next: this.#many(() => this.#number()) };
  }

  #action(): Action {
    switch (this.#count()) {
      case ACTION.assign:
        return { do: 'assign', to: this.#place(), operator: this.#string(), value: this.#expression() };
      case ACTION.call:
        return {
          do: 'call',
          callee: this.#flag() ? this.#string() : this.#place(),
          arguments: this.#many(() => this.#expression()),
          to: this.#string(),
        };
      case ACTION.test:
        return { do: 'test', condition: this.#expression() };
      case ACTION.return:
        return { do: 'return', value: this.#flag() ? this.#expression() : null };
      case ACTION.declare:
        return { do: 'declare', name: this.#string() };
      case ACTION.iterate:
        return { do: 'iterate', macro: this.#string(), arguments: this.#many(() => this.#expression()) };
      default:
        return { do: 'nothing' };
    }
  }

  #expression(): Expression {
    switch (this.#count()) {
      case EXPRESSION.number:
        return { kind: 'number', value: this.#number() };
      case EXPRESSION.name:
        return { kind: 'name', name: this.#string() };
      case EXPRESSION.read:
        return { kind: 'read', place: this.#place() };
      case EXPRESSION.address:
        return { kind: 'address', place: this.#place() };
      case EXPRESSION.unary:
        return { kind: 'unary', operator: this.#string(), operand: this.#expression() };
      case EXPRESSION.binary:
        return {
          kind: 'binary',
          operator: this.#string(),
          left: this.#expression(),
          right: this.#expression(),
        };
      case EXPRESSION.type:
        return { kind: 'type', type: this.#string() };
      default:
        return { kind: 'opaque' };
    }
  }

  #place(): Place {
    return { base: this.#string(), path: this.#list() };
  }

  #types(): Record<string, string> {
    const types: Record<string, string> = {};
    for (let count = this.#count(); count > 0; count--) types[this.#string()] = this.#string();
    return types;
  }

  #list(): string[] {
    const list: string[] = [];
    for (let count = this.#count(); count > 0; count--) list.push(this.#string());
    return list;
  }

  #many<T>(read: () => T): T[] {
    const list: T[] = [];
    for (let count = this.#count(); count > 0; count--) list.push(read());
    return list;
  }

  #flag(): boolean {
    return this.#count() === 1;
  }

  #string(): string {
    return this.#strings[this.#count()]!;
  }

  #number(): number {
    const number = this.#count();
    return number === AS_JSON ? (JSON.parse(this.#string()) as number) : number - 1;
  }

  #count(): number {
    let number = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = this.#bytes[this.#at++]!;
      number |= (byte & 127) << shift;
      if (byte < 128) return number >>> 0;
    }
  }
}
