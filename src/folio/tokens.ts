import { RectoError } from '../errors.js';

/** One token of C, with the line it stands in. */
export interface Token {
  readonly text: string;
  readonly line: number;
}

/** A preprocessor line (continuations joined), or a run of ordinary tokens between two of them. */
export type Piece =
  | {
      readonly kind: 'directive';
      readonly name: string;
      readonly rest: readonly Token[];
      readonly text: string;
    }
  | { readonly kind: 'code'; readonly tokens: readonly Token[] };

const TOKEN =
  /[A-Za-z_][A-Za-z_0-9]*|\.?[0-9][A-Za-z_0-9.]*|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|##|->|\.\.\.|<<=|>>=|<<|>>|[-+*/%&|^=!<>]=|&&|\|\||\+\+|--|[^\s]/gy;

/** Whether a token is an identifier or keyword. */
export function isName(token: Token | undefined): token is Token {
  return token !== undefined && /^[A-Za-z_]/.test(token.text);
}

/** Longer lines than this are no source code, and would make the patterns here slow. */
const MAX_LINE = 20_000;

/** Splits C text into directives and code. Comments vanish, lines are counted from 1. */
export function readPieces(text: string): Piece[] {
  const long = text.split('\n').findIndex((line) => line.length > MAX_LINE);
  if (long !== -1) {
    throw new RectoError('too-large', `line ${long + 1} is longer than ${MAX_LINE} characters`);
  }
  const pieces: Piece[] = [];
  let code: Token[] = [];
  for (const { text: line, number } of logicalLines(withoutComments(text))) {
    const directive = /^\s*#\s*([A-Za-z_]*)/.exec(line);
    if (directive === null) {
      code.push(...tokenize(line, number));
      continue;
    }
    if (code.length > 0) pieces.push({ kind: 'code', tokens: code });
    code = [];
    const rest = line.slice(directive[0].length);
    pieces.push({
      kind: 'directive',
      name: directive[1] ?? '',
      rest: tokenize(rest, number),
      text: rest,
    });
  }
  if (code.length > 0) pieces.push({ kind: 'code', tokens: code });
  return pieces;
}

/** Tokens joined as a person would write them, well enough for messages. */
export function tokensToText(tokens: readonly Token[]): string {
  return tokens
    .map((token) => token.text)
    .join(' ')
    .replace(/ (?=[(),;])/g, '')
    .replace(/\( /g, '(');
}

function tokenize(line: string, first: number): Token[] {
  const tokens: Token[] = [];
  // A joined line keeps its newlines as \v, so that every token knows its own line.
  let number = first;
  for (const part of line.split('\v')) {
    TOKEN.lastIndex = 0;
    while (TOKEN.lastIndex < part.length) {
      const start = TOKEN.lastIndex;
      const match = TOKEN.exec(part);
      if (match !== null) {
        tokens.push({ text: match[0], line: number });
      } else {
        TOKEN.lastIndex = start + 1; // white space
      }
    }
    number++;
  }
  return tokens;
}

function* logicalLines(text: string): Generator<{ text: string; number: number }> {
  const lines = text.split('\n');
  for (let index = 0; index < lines.length; index++) {
    const parts: string[] = [];
    const number = index + 1;
    while (lines[index]?.trimEnd().endsWith('\\') && index + 1 < lines.length) {
      parts.push(lines[index]!.trimEnd().slice(0, -1));
      index++;
    }
    parts.push(lines[index]!);
    yield { text: parts.join('\v'), number };
  }
}

function withoutComments(text: string): string {
  // A block comment that spans lines becomes that many newlines; inside a macro they are continued.
  const comment = /"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|\/\/[^\n]*|\/\*/g;
  let result = '';
  let from = 0;
  for (let match = comment.exec(text); match !== null; match = comment.exec(text)) {
    if (!match[0].startsWith('/')) continue;
    let end = comment.lastIndex;
    if (match[0] === '/*') {
      const close = text.indexOf('*/', end);
      end = close === -1 ? text.length : close + 2;
    }
    const lines = text.slice(match.index, end).split('\n');
    result += text.slice(from, match.index) + ' ' + blankLines(lines);
    from = end;
    comment.lastIndex = end;
  }
  return result + text.slice(from);
}

function blankLines(lines: readonly string[]): string {
  // The newline that ends a comment's line belongs to a macro only where it was continued, or where the
  // comment began inside one: C joins the lines of a comment before it looks for directives.
  return lines
    .slice(1)
    .map((_, index) => (lines[index]!.trimEnd().endsWith('\\') ? '\\\n' : '\n'))
    .join('');
}
