import type { Canvas } from './canvas.js';
import type { Token } from './lex.js';

export type Branch = 'first' | 'second';

/** The live tokens of a source, without its conditional directives. */
export interface Resolved {
  /** Other directives hang at the token after them (`Token.directives`). */
  readonly tokens: Token[];
  /** Directives behind the last token. */
  readonly trailing: Token[];
  /** Whether the two passes differ, that is whether `second` is worth a parse. */
  readonly hasAlternative: boolean;
}

/** What is known of one branch of an `#if` before choosing: how its brackets stand when it is taken. */
interface BranchShape {
  /** Index of its directive in the token list. */
  directive: number;
  net: number;
  min: number;
  last: Token | null;
  /** The condition's constant value, where it has one. */
  value: boolean | null;
}

interface Group {
  readonly branches: BranchShape[];
  end: number;
  hasElse: boolean;
}

/**
 * Resolves `#if`: where there is an `#else` or `#elif`, `first` takes the first
 * branch and `second` the last; a lone `#if` is taken in both. Branches that
 * are whole declarations at the top level are all kept, in both passes, so that
 * functions of every branch are seen. Constant conditions (`0`, `1`,
 * `__KERNEL__`, `__cplusplus`, `__ASSEMBLY__`) decide as for the kernel's C code.
 */
export function resolveConditionals(all: readonly Token[], canvas: Canvas, branch: Branch): Resolved {
  const groups = groupConditionals(all, canvas.source);
  const open: { group: Group; take: (index: number) => boolean; at: number }[] = [];
  const tokens: Token[] = [];
  let pending: Token[] = [];
  let depth = 0;
  let hasAlternative = false;
  for (let i = 0; i < all.length; i++) {
    const token = all[i]!;
    const group = groups.get(i);
    if (group) {
      canvas.blank(token.start, token.end);
      const top = open.at(-1);
      if (i === group.end) open.pop();
      else if (top?.group === group) top.at++;
      else {
        const choice = choose(group, branch, depth === 0 && wholeAtTop(group, all, tokens.at(-1)));
        hasAlternative ||= choice.alternative;
        open.push({ group, take: choice.take, at: 0 });
      }
      const now = open.at(-1);
      if (now && !now.take(now.at)) i = skipBranch(now.group, now.at, canvas, all) - 1;
    } else if (token.kind === 'directive') {
      if (isConditional(token)) canvas.blank(token.start, token.end);
      else pending.push(token);
    } else {
      depth = Math.max(0, depth + weight(token));
      if (pending.length > 0) {
        token.directives = pending;
        pending = [];
      }
      tokens.push(token);
    }
  }
  return { tokens, trailing: pending, hasAlternative };
}

/** Blanks a branch that is not taken; returns the index of the directive that ends it. */
function skipBranch(group: Group, at: number, canvas: Canvas, all: readonly Token[]): number {
  const next = group.branches[at + 1]?.directive ?? group.end;
  const end = all[next]?.start ?? canvas.source.length;
  canvas.blank(all[group.branches[at]!.directive]!.end, end);
  return next;
}

function choose(
  group: Group,
  branch: Branch,
  whole: boolean,
): { take: (index: number) => boolean; alternative: boolean } {
  const live = group.branches
    .map((_, index) => index)
    .filter((index) => group.branches[index]!.value !== false);
  const certain = live.findIndex((index) => group.branches[index]!.value === true);
  const possible = certain < 0 ? live : live.slice(0, certain + 1);
  if (whole) {
    const kept = new Set(possible);
    return { take: (index) => kept.has(index), alternative: false };
  }
  const taken = branch === 'first' ? possible[0] : possible.at(-1);
  return { take: (index) => index === taken, alternative: possible.length > 1 };
}

/** Whether a group between two top-level items consists of whole items in each branch. */
function wholeAtTop(group: Group, all: readonly Token[], before: Token | undefined): boolean {
  if (before && !/^[;})]$/.test(before.text)) return false;
  return group.branches.every((shape) => {
    if (shape.net !== 0 || shape.min < 0) return false;
    if (shape.last === null || /^[;}]$/.test(shape.last.text)) return true;
    return shape.last.text === ')' && !/^[{;,=]$/.test(all[group.end + 1]?.text ?? '');
  });
}

/** Finds which `#if`, `#else` and `#endif` belong together; strays are in no group. */
function groupConditionals(all: readonly Token[], source: string): Map<number, Group> {
  const groups = new Map<number, Group>();
  const open: Group[] = [];
  const shape = (i: number, value: boolean | null): BranchShape => ({
    directive: i,
    net: 0,
    min: 0,
    last: null,
    value,
  });
  for (let i = 0; i < all.length; i++) {
    const token = all[i]!;
    const current = open.at(-1);
    if (token.kind !== 'directive') {
      const inside = current?.branches.at(-1);
      if (inside) {
        inside.net += weight(token);
        inside.min = Math.min(inside.min, inside.net);
        inside.last = token;
      }
    } else if (/^if(?:n?def)?$/.test(token.text)) {
      const group: Group = {
        branches: [shape(i, constantValue(token, source))],
        end: all.length,
        hasElse: false,
      };
      open.push(group);
      groups.set(i, group);
    } else if (current && /^el(?:if|ifdef|ifndef)$/.test(token.text)) {
      current.branches.push(shape(i, constantValue(token, source)));
      groups.set(i, current);
    } else if (current && token.text === 'else') {
      current.branches.push(shape(i, null));
      current.hasElse = true;
      groups.set(i, current);
    } else if (current && token.text === 'endif') {
      current.end = i;
      groups.set(i, current);
      open.pop();
      const first = current.branches[0]!;
      const outer = open.at(-1)?.branches.at(-1);
      if (outer) {
        outer.min = Math.min(outer.min, outer.net + first.min);
        outer.net += first.net;
        outer.last = first.last ?? outer.last;
      }
    }
  }
  // An #if that is never ended: all of it stays.
  for (const group of open) for (const { directive } of group.branches) groups.delete(directive);
  return groups;
}

function isConditional(token: Token): boolean {
  return /^(?:if|ifdef|ifndef|elif|elifdef|elifndef|else|endif)$/.test(token.text);
}

function weight(token: Token): number {
  if (token.kind !== 'punct') return 0;
  if (token.text === '{' || token.text === '(') return 1;
  return token.text === '}' || token.text === ')' ? -1 : 0;
}

/** Macros whose state is certain where the kernel's own C code is compiled. */
const certainlyDefined = new Map([
  ['__KERNEL__', true],
  ['__GNUC__', true],
  ['__cplusplus', false],
  ['__ASSEMBLY__', false],
  ['__ASSEMBLER__', false],
]);

function constantValue(directive: Token, source: string): boolean | null {
  const condition = source
    .slice(directive.start, Math.min(directive.end, directive.start + 200))
    .replace(/\/\*.*?(?:\*\/|$)|\/\/.*/gs, ' ')
    .replace(/^#\s*\w+/, '')
    .trim();
  if (directive.text.endsWith('def')) {
    const defined = certainlyDefined.get(condition);
    return defined === undefined ? null : defined === !directive.text.includes('nd');
  }
  if (/^0(?:\s*&&.*)?$/s.test(condition)) return false;
  if (/^1(?:\s*\|\|.*)?$/s.test(condition)) return true;
  const tested = /^(!?)\s*defined\s*\(?\s*(\w+)\s*\)?$/.exec(condition);
  const defined = certainlyDefined.get(tested?.[2] ?? '');
  return defined === undefined ? null : defined !== (tested?.[1] === '!');
}
