import { isName, type Token } from './tokens.js';

/** A function definition found among the tokens of a header. */
export interface Definition {
  readonly name: string;
  readonly parameters: readonly Parameter[];
  readonly body: readonly Token[];
  readonly line: number;
}

export interface Parameter {
  readonly name: string;
  /** What the pointer is to, `page` for `const struct page *`, or null for anything but a struct pointer. */
  readonly struct: string | null;
}

/** What stands at file scope of a header, macro uses not yet expanded. */
export type Item =
  | { readonly kind: 'function'; readonly definition: Definition }
  | { readonly kind: 'enum'; readonly name: string; readonly body: readonly Token[] }
  /** `NAME(...)` where a declaration would begin. */
  | { readonly kind: 'use'; readonly tokens: readonly Token[]; readonly name: string; readonly line: number };

/** Reads file scope: functions, named enums and macro uses; everything else is passed over. */
export function readItems(tokens: readonly Token[]): Item[] {
  const items: Item[] = [];
  let at = 0;
  while (at < tokens.length) {
    const use = macroUse(tokens, at);
    if (use !== null) {
      items.push({
        kind: 'use',
        tokens: tokens.slice(at, use),
        name: tokens[at]!.text,
        line: tokens[at]!.line,
      });
      at = use;
      continue;
    }
    const start = at;
    at = declarationEnd(tokens, at);
    const item = readDeclaration(tokens.slice(start, at));
    if (item !== null) items.push(item);
  }
  return items;
}

/** The index of what closes the bracket at `open`, or the end. */
export function closing(tokens: readonly Token[], open: number): number {
  let depth = 0;
  for (let index = open; index < tokens.length; index++) {
    const { text } = tokens[index]!;
    if (text === '(' || text === '{' || text === '[') depth++;
    else if ((text === ')' || text === '}' || text === ']') && --depth === 0) return index;
  }
  return tokens.length;
}

/** Where the macro use that begins at `at` ends, or null when there is none. */
function macroUse(tokens: readonly Token[], at: number): number | null {
  if (!isName(tokens[at]) || tokens[at + 1]?.text !== '(') return null;
  const close = closing(tokens, at + 1);
  return close < tokens.length ? close + 1 : null;
}

function declarationEnd(tokens: readonly Token[], start: number): number {
  for (let index = start; index < tokens.length; index++) {
    const { text } = tokens[index]!;
    if (text === ';') return index + 1;
    if (text === '(' || text === '[') {
      index = closing(tokens, index);
    } else if (text === '{') {
      const close = closing(tokens, index);
      // A function ends with its body, `struct x { } y;` and initialisers with the semicolon.
      if (tokens[index - 1]?.text === ')') return close + 1;
      index = close;
    }
  }
  return tokens.length;
}

function readDeclaration(tokens: readonly Token[]): Item | null {
  if (tokens[0]?.text === 'enum' && isName(tokens[1]) && tokens[2]?.text === '{') {
    return { kind: 'enum', name: tokens[1].text, body: tokens.slice(3, closing(tokens, 2)) };
  }
  const open = parameterList(tokens);
  if (open === null) return null;
  const close = closing(tokens, open);
  const body = tokens.findIndex((token, index) => index > close && token.text === '{');
  if (body === -1) return null;
  return {
    kind: 'function',
    definition: {
      name: tokens[open - 1]!.text,
      parameters: readParameters(tokens.slice(open + 1, close)),
      body: tokens.slice(body + 1, closing(tokens, body)),
      line: tokens[open - 1]!.line,
    },
  };
}

function parameterList(tokens: readonly Token[]): number | null {
  for (let index = 1; index < tokens.length; index++) {
    if (tokens[index]!.text === '{' || tokens[index]!.text === '=') return null;
    if (tokens[index]!.text !== '(') continue;
    const before = tokens[index - 1];
    if (isName(before) && before.text !== '__attribute__') return index;
    index = closing(tokens, index);
  }
  return null;
}

function readParameters(tokens: readonly Token[]): Parameter[] {
  return splitAtCommas(tokens).map((part) => {
    const struct = part.findIndex((token) => token.text === 'struct');
    const pointer = part.filter((token) => token.text === '*').length === 1;
    return {
      name: part.findLast(isName)?.text ?? '',
      struct: struct !== -1 && pointer ? (part[struct + 1]?.text ?? null) : null,
    };
  });
}

/** Splits at the commas that are in no bracket; nothing gives no part. */
export function splitAtCommas(tokens: readonly Token[]): Token[][] {
  return splitAt(tokens, ',');
}

/** Splits at `separator` where it is in no bracket; empty parts are left out. */
export function splitAt(tokens: readonly Token[], separator: string): Token[][] {
  const parts: Token[][] = [[]];
  let depth = 0;
  for (const token of tokens) {
    if ('([{'.includes(token.text)) depth++;
    else if (')]}'.includes(token.text)) depth--;
    if (depth === 0 && token.text === separator) parts.push([]);
    else parts.at(-1)!.push(token);
  }
  return parts.filter((part) => part.length > 0);
}
