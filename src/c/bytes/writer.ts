import type { Action, Expression, FileFacts, FunctionFacts, Place } from '../facts.js';
import { ACTION, AS_JSON, EXPRESSION, NATURAL_LIMIT } from './codes.js';

/** Most bytes of a count. */
const COUNT_BYTES = 5;

/** What counts are written to. Grows as needed and is used for one file after the other. */
let room = Buffer.allocUnsafeSlow(256 * 1024);

/** Writes the facts of one file: all strings that are in them, each once, and counts. */
export class Writer {
  readonly #strings = new Map<string, number>();
  #at = 0;

  /** In the order of their first use. */
  get strings(): string[] {
    return [...this.#strings.keys()];
  }

  /** Valid until the next one writes. */
  get counts(): Buffer {
    return room.subarray(0, this.#at);
  }

  file({ functions, structs, slots, constants, callbackTypes }: FileFacts): void {
    this.#count(functions.length);
    for (const one of functions) this.#function(one);
    const fields = Object.entries(structs);
    this.#count(fields.length);
    for (const [name, types] of fields) {
      this.#string(name);
      this.#types(types);
    }
    this.#count(slots.length);
    for (const slot of slots) {
      this.#string(slot.struct);
      this.#string(slot.field);
      this.#string(slot.function);
      this.#count(Number(slot.local));
    }
    const values = Object.entries(constants);
    this.#count(values.length);
    for (const [name, value] of values) {
      this.#string(name);
      this.#number(value);
    }
    this.#list(callbackTypes);
  }

  #function(facts: FunctionFacts): void {
    this.#string(facts.name);
    this.#count(Number(facts.kind === 'macro'));
    this.#count(Number(facts.isStatic));
    this.#count(Number(facts.isInit));
    this.#number(facts.line);
    this.#number(facts.endLine);
    this.#string(facts.returns);
    this.#count(facts.parameters.length);
    for (const { name, type } of facts.parameters) {
      this.#string(name);
      this.#string(type);
    }
    this.#count(Number(facts.variadic));
    this.#types(facts.locals);
    this.#count(facts.nodes.length);
    for (const node of facts.nodes) {
      this.#number(node.line);
      this.#action(node.action);
      this.#count(node.next.length);
      for (const target of node.next) this.#number(target);
    }
  }

  #action(does: Action): void {
    this.#count(ACTION[does.do]);
    switch (does.do) {
      case 'assign':
        this.#place(does.to);
        this.#string(does.operator);
        this.#expression(does.value);
        return;
      case 'call':
        this.#count(Number(typeof does.callee === 'string'));
        if (typeof does.callee === 'string') this.#string(does.callee);
        else this.#place(does.callee);
        this.#expressions(does.arguments);
        this.#string(does.to);
        return;
      case 'test':
        this.#expression(does.condition);
        return;
      case 'return':
        this.#count(Number(does.value !== null));
        if (does.value !== null) this.#expression(does.value);
        return;
      case 'declare':
        this.#string(does.name);
        return;
      case 'iterate':
        this.#string(does.macro);
        this.#expressions(does.arguments);
        return;
      case 'nothing':
    }
  }

  #expressions(list: readonly Expression[]): void {
    this.#count(list.length);
    for (const one of list) this.#expression(one);
  }

  #expression(value: Expression): void {
    this.#count(EXPRESSION[value.kind]);
    switch (value.kind) {
      case 'number':
        this.#number(value.value);
        return;
      case 'name':
        this.#string(value.name);
        return;
      case 'read':
      case 'address':
        this.#place(value.place);
        return;
      case 'unary':
        this.#string(value.operator);
        this.#expression(value.operand);
        return;
      case 'binary':
        this.#string(value.operator);
        this.#expression(value.left);
        this.#expression(value.right);
        return;
      case 'type':
        this.#string(value.type);
        return;
      case 'opaque':
    }
  }

  #place({ base, path }: Place): void {
    this.#string(base);
    this.#list(path);
  }

  #types(types: Readonly<Record<string, string>>): void {
    const entries = Object.entries(types);
    this.#count(entries.length);
    for (const [name, type] of entries) {
      this.#string(name);
      this.#string(type);
    }
  }

  #list(strings: readonly string[]): void {
    this.#count(strings.length);
    for (const text of strings) this.#string(text);
  }

  #string(text: string): void {
    let index = this.#strings.get(text);
    if (index === undefined) this.#strings.set(text, (index = this.#strings.size));
    this.#count(index);
  }

  #number(number: number): void {
    if (number >= 0 && number < NATURAL_LIMIT && Number.isInteger(number)) this.#count(number + 1);
    else {
      this.#count(AS_JSON);
      this.#string(JSON.stringify(number));
    }
  }

  /** Seven bits a byte, the lowest first; the highest bit says that more follow. */
  #count(number: number): void {
    if (this.#at + COUNT_BYTES > room.length) room = Buffer.concat([room, Buffer.alloc(room.length)]);
    let rest = number;
    while (rest > 127) {
      room[this.#at++] = (rest & 127) | 128;
      rest >>>= 7;
    }
    room[this.#at++] = rest;
  }
}
