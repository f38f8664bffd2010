import { expressionsOf } from '../../c/expressions.js';
import type { Expression, Place } from '../../c/facts.js';
import type { FunctionEntry } from '../definitions.js';
import { structName } from '../program.js';
import type { Summary } from '../summary.js';
import type { Term } from '../term.js';

/** Adds the names that a function's code mentions: of functions, macros, constants and global variables. */
export function namesIn({ facts }: FunctionEntry, names: Set<string>): void {
  for (const { action } of facts.nodes) {
    if (action.do === 'iterate') names.add(action.macro);
    if (action.do === 'call' && typeof action.callee === 'string') names.add(action.callee);
    for (const value of expressionsOf(action)) visitNames(value, names);
  }
}

function visitNames(value: Expression, names: Set<string>): void {
  if (value.kind === 'name') names.add(value.name);
  else if (value.kind === 'type') names.add(value.type);
  else if (value.kind === 'unary') visitNames(value.operand, names);
  else if (value.kind === 'binary') {
    visitNames(value.left, names);
    visitNames(value.right, names);
  } else if (value.kind === 'read' || value.kind === 'address') names.add(value.place.base);
}

/** The fields that a function's code mentions, slots of operation tables among them. */
export function fieldsIn({ facts }: FunctionEntry, fields: Set<string>): void {
  const visit = (place: Place): void => {
    for (const step of place.path) {
      const name = /^(?:->|\.)(.*)$/.exec(step)?.[1];
      if (name !== undefined) fields.add(name);
    }
  };
  const visitValue = (value: Expression): void => {
    if (value.kind === 'read' || value.kind === 'address') visit(value.place);
    else if (value.kind === 'unary') visitValue(value.operand);
    else if (value.kind === 'binary') {
      visitValue(value.left);
      visitValue(value.right);
    }
  };
  for (const { action } of facts.nodes) {
    if (action.do === 'assign') visit(action.to);
    if (action.do === 'call' && typeof action.callee !== 'string') visit(action.callee);
    for (const value of expressionsOf(action)) visitValue(value);
  }
}

/** The structs that a function takes or returns: whether these hold folios decides whether the function matters. */
export function typesIn({ facts }: FunctionEntry, types: Set<string>): void {
  for (const type of [facts.returns, ...facts.parameters.map((variable) => variable.type)]) {
    const name = structName(type);
    if (name !== '') types.add(name);
  }
}

/** The constants that callers of a function ask for, because its summary does. */
export function namesAskedBy(summary: Summary): ReadonlySet<string> {
  let names = asked.get(summary);
  if (!names) {
    const found = new Set<string>();
    const seen = new Set<object>();
    const visit = (value: unknown): void => {
      if (typeof value !== 'object' || value === null || seen.has(value)) return;
      seen.add(value);
      if ('symbolic' in value) {
        const term = value as Term;
        if (term.kind === 'name') found.add(term.name);
        visit(term.base);
        visit(term.other);
      } else if (value instanceof Set) for (const item of value as Set<unknown>) visit(item);
      else for (const part of Object.values(value)) visit(part);
    };
    visit(summary);
    asked.set(summary, (names = found));
  }
  return names;
}

const asked = new WeakMap<Summary, ReadonlySet<string>>();
