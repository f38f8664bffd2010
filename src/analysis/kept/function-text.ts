import { createHash } from 'node:crypto';
import type { FactNode, FunctionFacts } from '../../c/facts.js';

/** A function's body, with its lines counted from that of its name. */
export function bodyText({ line, endLine, locals, nodes }: FunctionFacts): string {
  const moved = nodes.map((node): FactNode => ({ ...node, line: node.line - line }));
  return JSON.stringify([endLine - line, locals, moved]);
}

/** What bodyText() gave. */
export type Body = readonly [length: number, locals: FunctionFacts['locals'], nodes: readonly FactNode[]];

/** Equal for functions that differ in nothing but where they stand in their file. */
export function fingerprintOf(facts: FunctionFacts, body: string): string {
  const { name, kind, isStatic, isInit, returns, parameters, variadic } = facts;
  return createHash('sha1')
    .update(JSON.stringify([name, kind, isStatic, isInit, returns, parameters, variadic]))
    .update(body)
    .digest('base64')
    .slice(0, 16);
}
