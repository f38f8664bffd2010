import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromBytes, toBytes } from '../../src/c/fact-bytes.js';
import type { Action, Expression, FactNode, FileFacts, FunctionFacts } from '../../src/c/facts.js';

const text = fc.oneof(fc.constantFrom('', 'folio', '->flags', '%7'), fc.string({ unit: 'binary' }));
const line = fc.nat();
const number = fc.oneof(
  fc.nat(),
  fc.integer(),
  fc.constantFrom(0, -1, 2 ** 30 - 1, 2 ** 30, 2 ** 31, 2 ** 53, 2 ** 64, -0.5),
);
// A name that is no key of an object's own is none for what lowers C, either.
const key = text.filter((name) => name !== '__proto__');
const types = fc.dictionary(key, text, { noNullPrototype: true });
const place = fc.record({ base: text, path: fc.array(text) });
const { expression } = fc.letrec<{ expression: Expression }>((tie) => ({
  expression: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    fc.record({ kind: fc.constant('opaque') }),
    fc.record({ kind: fc.constant('number'), value: number }),
    fc.record({ kind: fc.constant('name'), name: text }),
    fc.record({ kind: fc.constantFrom('read', 'address'), place }),
    fc.record({ kind: fc.constant('type'), type: text }),
    fc.record({ kind: fc.constant('unary'), operator: text, operand: tie('expression') }),
    fc.record({
      kind: fc.constant('binary'),
      operator: text,
      left: tie('expression'),
      right: tie('expression'),
    }),
  ) as fc.Arbitrary<Expression>,
}));
const expressions = fc.array(expression, { maxLength: 3 });
const action = fc.oneof(
  fc.record({ do: fc.constant('assign'), to: place, operator: text, value: expression }),
  fc.record({
    do: fc.constant('call'),
    callee: fc.oneof(text, place),
    arguments: expressions,
    to: text,
  }),
  fc.record({ do: fc.constant('test'), condition: expression }),
  fc.record({ do: fc.constant('return'), value: fc.option(expression) }),
  fc.record({ do: fc.constant('declare'), name: text }),
  fc.record({ do: fc.constant('iterate'), macro: text, arguments: expressions }),
  fc.record({ do: fc.constant('nothing') }),
) as fc.Arbitrary<Action>;
const node: fc.Arbitrary<FactNode> = fc.record({ line, action, next: fc.array(fc.nat(), { maxLength: 2 }) });
const functionFacts: fc.Arbitrary<FunctionFacts> = fc.record({
  name: text,
  kind: fc.constantFrom('function', 'macro'),
  isStatic: fc.boolean(),
  isInit: fc.boolean(),
  line,
  endLine: line,
  returns: text,
  parameters: fc.array(fc.record({ name: text, type: text }), { maxLength: 3 }),
  variadic: fc.boolean(),
  locals: types,
  nodes: fc.array(node, { maxLength: 5 }),
});
const fileFacts: fc.Arbitrary<FileFacts> = fc.record({
  functions: fc.array(functionFacts, { maxLength: 3 }),
  structs: fc.dictionary(key, types, { noNullPrototype: true, maxKeys: 3 }),
  slots: fc.array(fc.record({ struct: text, field: text, function: text, local: fc.boolean() }), {
    maxLength: 3,
  }),
  constants: fc.dictionary(key, number, { noNullPrototype: true, maxKeys: 3 }),
  callbackTypes: fc.array(text, { maxLength: 3 }),
});

describe('facts as bytes', () => {
  it('are the same facts when they are read', () => {
    fc.assert(
      fc.property(fileFacts, (facts) => {
        expect(JSON.stringify(fromBytes(toBytes(facts)))).toBe(JSON.stringify(facts));
      }),
    );
  });

  it('are not read where any byte has changed, or where they are cut off', () => {
    fc.assert(
      fc.property(fileFacts, fc.nat(), fc.integer({ min: 1, max: 255 }), (facts, where, by) => {
        const bytes = toBytes(facts);
        const at = where % bytes.length;
        expect(() => fromBytes(bytes.subarray(0, at))).toThrow();
        bytes[at]! ^= by;
        expect(() => fromBytes(bytes)).toThrow();
      }),
    );
  });

  it('grow beyond the room there is at first', () => {
    const next = Array.from({ length: 400_000 }, (_, target) => target);
    const facts: FileFacts = {
      functions: [],
      structs: {},
      slots: [],
      constants: Object.fromEntries(
        next.map((value) => [`C${String(value % 1000)}_${String(value)}`, value]),
      ),
      callbackTypes: [],
    };
    expect(fromBytes(toBytes(facts))).toEqual(facts);
  });
});
