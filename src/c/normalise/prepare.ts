import { isAttributeName, isTypeof, localAttributes } from './attributes.js';
import type { Canvas } from './canvas.js';
import type { Token } from './lex.js';
import { isAsm, isControl } from './words.js';
import { maxNesting, type Invocation } from './work.js';

/** Blanks attributes known by name, and the arguments of `typeof`; returns what is left. */
export function dropAttributes(
  tokens: readonly Token[],
  canvas: Canvas,
): { tokens: Token[]; attributes: Invocation[] } {
  const ends = groupEnds(tokens);
  const local = localAttributes(tokens, canvas.source);
  const left: Token[] = [];
  const attributes: Invocation[] = [];
  let directives: Token[] = [];
  for (let i = 0; i < tokens.length; i++) {
    const token = tokens[i]!;
    const typeOf = token.kind === 'name' && isTypeof(token.text);
    const drop =
      token.kind === 'name' && !typeOf && isAttributeName(token.text, local) && !isOperand(tokens, i, ends);
    if (directives.length > 0) {
      token.directives = [...directives, ...(token.directives ?? [])];
      directives = [];
    }
    const register = token.kind === 'name' && isRegister(tokens, i);
    if (drop || register) directives = token.directives ?? [];
    else left.push(token);
    if (!drop && !typeOf && !register) continue;
    const behind = ends[i + 1] || i + 1;
    const end = tokens[behind - 1]!.end;
    if (drop) attributes.push({ name: token.text, start: token.start, end });
    canvas.blank(drop || register ? token.start : token.end, end);
    i = behind - 1;
  }
  return { tokens: left, attributes };
}

/** Whether the name at `i` is used as a value: then it is a variable or function that shares an attribute's name. */
function isOperand(tokens: readonly Token[], i: number, ends: Int32Array): boolean {
  const before = tokens[i - 1]?.text ?? '';
  const behind = tokens[ends[i + 1] || i + 1]?.text ?? '';
  return /^(?:\.|->|[=!+\-/%|&^<>]=?|&&|\|\||return|goto)$/.test(before) || behind === '->' || behind === '.';
}

/** `register long a asm("r0") = 1;`: the register goes. */
function isRegister(tokens: readonly Token[], i: number): boolean {
  const before = tokens[i - 1];
  return (
    isAsm(tokens[i]!.text) &&
    before?.kind === 'name' &&
    !isControl(before.text) &&
    tokens[i + 1]?.text === '('
  );
}

/** For each opening round bracket the index behind its closing one; 0 where there is none. */
function groupEnds(tokens: readonly Token[]): Int32Array {
  const ends = new Int32Array(tokens.length + 1);
  const open: number[] = [];
  for (let i = 0; i < tokens.length; i++) {
    const { kind, text } = tokens[i]!;
    if (kind !== 'punct') continue;
    if (text === '(') open.push(i);
    else if (text === ')') {
      const at = open.pop();
      if (at !== undefined) ends[at] = i + 1;
    }
  }
  return ends;
}

const closing: Record<string, string> = { '(': ')', '[': ']', '{': '}' };

/**
 * Pairs brackets; a brace closes what round and square brackets were left open
 * inside it. What is nested deeper than the limit is blanked and left out.
 */
export function matchBrackets(
  tokens: readonly Token[],
  canvas: Canvas,
): { live: Token[]; match: Int32Array } {
  const live: Token[] = [];
  const match = new Int32Array(tokens.length).fill(-1);
  const open: number[] = [];
  let beyond = 0;
  for (const token of tokens) {
    const text = token.kind === 'punct' ? token.text : '';
    const opens = text === '(' || text === '[' || text === '{';
    const closes = text === ')' || text === ']' || text === '}';
    if (beyond > 0 || (opens && open.length >= maxNesting)) {
      beyond += opens ? 1 : closes ? -1 : 0;
      canvas.blank(token.start, token.end);
      continue;
    }
    const index = live.push(token) - 1;
    if (opens) open.push(index);
    else if (closes) {
      let at = open.length - 1;
      if (text === '}') while (at >= 0 && live[open[at]!]!.text !== '{') at--;
      const partner = at >= 0 ? open[at]! : -1;
      if (partner >= 0 && closing[live[partner]!.text] === text) {
        match[partner] = index;
        match[index] = partner;
        open.length = at;
      }
    }
  }
  return { live, match };
}
