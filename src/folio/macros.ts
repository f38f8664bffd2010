import { RectoError } from '../errors.js';
import { isName, type Token } from './tokens.js';

/** A macro as one header defines it. */
export interface Macro {
  readonly name: string;
  /** null: object-like. */
  readonly parameters: readonly string[] | null;
  readonly body: readonly Token[];
}

/** Macros by name, as far as the header has been read. */
export interface MacroTable {
  get(name: string): Macro | undefined;
}

/** How many tokens the uses of one header may expand to before it is refused. */
const MAX_TOKENS = 2_000_000;
const MAX_NESTING = 100;

/** The macro of a `#define`, or null when the line is not one. */
export function readMacro(rest: readonly Token[], text: string): Macro | null {
  const name = rest[0];
  if (!isName(name)) return null;
  // Only a parenthesis that touches the name makes a macro function-like.
  if (!new RegExp(`^[\\s\\v]*${name.text}\\(`).test(text)) {
    return { name: name.text, parameters: null, body: rest.slice(1) };
  }
  const close = rest.findIndex((token) => token.text === ')');
  if (close === -1) return null;
  const parameters = rest
    .slice(2, close)
    .filter((token) => token.text !== ',')
    .map((token) => (token.text === '...' ? '__VA_ARGS__' : token.text));
  return { name: name.text, parameters, body: rest.slice(close + 1) };
}

interface Waiting {
  readonly token: Token;
  /** Macros that must not be expanded again here: a chain, newest first. */
  readonly hidden: Hidden | null;
}

interface Hidden {
  readonly name: string;
  readonly depth: number;
  readonly next: Hidden | null;
}

/** Expands macro uses. One expander serves one header: its budget is for all uses together. */
export class MacroExpander {
  private spent = 0;

  /** `keep`: macros that are left as they are, because their name says more than their body. */
  constructor(private readonly keep: ReadonlySet<string>) {}

  /** All macros in `tokens` expanded, with `##` and nested arguments. Tokens get the line of the use. */
  expand(tokens: readonly Token[], macros: MacroTable): Token[] {
    const waiting = tokens.map((token) => ({ token, hidden: null }));
    return this.run(waiting, macros, 0).map(({ token }) => token);
  }

  private run(input: readonly Waiting[], macros: MacroTable, nesting: number): Waiting[] {
    if (nesting > MAX_NESTING) {
      throw new RectoError('too-large', `its macro uses are nested more than ${MAX_NESTING} deep`);
    }
    const stack = input.toReversed();
    const output: Waiting[] = [];
    while (stack.length > 0) {
      const item = stack.pop()!;
      const macro = this.applicable(item, macros);
      if (macro === null) {
        output.push(item);
        continue;
      }
      const hidden = hide(item.hidden, macro.name);
      if (macro.parameters === null) {
        this.pushBack(stack, substitute(macro, null, null), item.token.line, hidden);
        continue;
      }
      if (stack.at(-1)?.token.text !== '(') {
        output.push(item);
        continue;
      }
      const height = stack.length;
      const raw = takeArguments(stack, macro.parameters);
      this.spend(raw === null ? height : height - stack.length);
      if (raw === null) {
        output.push(item);
        continue;
      }
      const expanded = raw.map((argument) => this.run(argument, macros, nesting + 1));
      this.pushBack(stack, substitute(macro, raw, expanded), item.token.line, hidden);
    }
    return output;
  }

  private applicable(item: Waiting, macros: MacroTable): Macro | null {
    const { text } = item.token;
    const macro = macros.get(text);
    if (macro === undefined || this.keep.has(text) || isHidden(item.hidden, text)) return null;
    return (item.hidden?.depth ?? 0) >= MAX_NESTING ? null : macro;
  }

  private pushBack(stack: Waiting[], replacement: readonly Waiting[], line: number, hidden: Hidden): void {
    this.spend(replacement.length + 1);
    for (let index = replacement.length - 1; index >= 0; index--) {
      const item = replacement[index]!;
      stack.push({
        token: { text: item.token.text, line },
        hidden: item.hidden === null ? hidden : merge(item.hidden, hidden),
      });
    }
  }

  private spend(tokens: number): void {
    this.spent += tokens;
    if (this.spent > MAX_TOKENS) {
      throw new RectoError('too-large', `its macros expand to more than ${MAX_TOKENS} tokens`);
    }
  }
}

function hide(chain: Hidden | null, name: string): Hidden {
  return { name, depth: (chain?.depth ?? 0) + 1, next: chain };
}

function merge(chain: Hidden, other: Hidden): Hidden {
  return isHidden(chain, other.name) ? chain : hide(chain, other.name);
}

function isHidden(chain: Hidden | null, name: string): boolean {
  for (let link = chain; link !== null; link = link.next) if (link.name === name) return true;
  return false;
}

/** Takes `( a, b )` off the stack; null (and nothing taken) when the parentheses do not close. */
function takeArguments(stack: Waiting[], parameters: readonly string[]): Waiting[][] | null {
  const list: Waiting[][] = [[]];
  const variadic = parameters.at(-1) === '__VA_ARGS__';
  let depth = 0;
  for (let index = stack.length - 1; index >= 0; index--) {
    const item = stack[index]!;
    const { text } = item.token;
    if (text === '(' && depth++ === 0) continue;
    if (text === ')' && --depth === 0) {
      stack.length = index;
      return list;
    }
    const full = variadic && list.length >= parameters.length;
    if (text === ',' && depth === 1 && !full) list.push([]);
    else list.at(-1)!.push(item);
  }
  return null;
}

function substitute(
  macro: Macro,
  raw: readonly (readonly Waiting[])[] | null,
  expanded: readonly (readonly Waiting[])[] | null,
): Waiting[] {
  const result: Waiting[] = [];
  const { body } = macro;
  let paste = false;
  for (let index = 0; index < body.length; index++) {
    const token = body[index]!;
    if (token.text === '##') {
      paste = true;
      continue;
    }
    const parameter = macro.parameters?.indexOf(token.text) ?? -1;
    const pasted = paste || body[index + 1]?.text === '##';
    const items: readonly Waiting[] =
      parameter === -1 ? [{ token, hidden: null }] : ((pasted ? raw : expanded)?.[parameter] ?? []);
    if (paste && items.length > 0 && result.length > 0) {
      const left = result.pop()!;
      const text = left.token.text + items[0]!.token.text;
      result.push({ token: { text, line: token.line }, hidden: null }, ...items.slice(1));
    } else {
      for (const item of items) result.push(item);
    }
    paste = false;
  }
  return result;
}
