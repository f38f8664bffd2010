import type { Canvas } from './canvas.js';
import type { Token } from './lex.js';

/** Brackets nested deeper than this are blanked: hostile input must not make trees that cannot be walked. */
export const maxNesting = 200;

/** What a stretch of tokens is, and so how it is read. */
export type RegionKind =
  | 'items' // the top level
  | 'statements' // a function body or block
  | 'members' // of a struct or union
  | 'enumerators'
  | 'parameters'
  | 'arguments' // of a call or of a macro that looks like one
  | 'initialiser'
  | 'for' // the header of a for loop
  | 'generic' // the arguments of _Generic
  | 'expression'; // also a cast's type, and a statement expression's braces

export interface Region {
  readonly kind: RegionKind;
  /** Token indices, `to` exclusive; the brackets around it are at from-1 and to. */
  readonly from: number;
  readonly to: number;
}

/** A macro call that stands where a declaration or definition is expected. */
export interface Invocation {
  readonly name: string;
  /** Offsets of the whole call in the source, semicolon excluded. */
  readonly start: number;
  readonly end: number;
}

/** A function whose head is a macro: `SYSCALL_DEFINE2(name, …) {`. */
export interface MacroFunction {
  readonly name: string;
  readonly macro: string;
}

/** Offsets in the source. */
export interface Extent {
  readonly start: number;
  readonly end: number;
}

/** A declaration of one function and nothing else, at the top level: `int f(void);`. */
export interface Prototype extends Extent {
  readonly name: string;
}

/** A function without anything in its body, at the top level: offsets of its name and of its opening brace. */
export interface EmptyFunction extends Extent {
  readonly name: number;
  readonly body: number;
}

/** Everything the readers of regions share; regions are queued, never entered recursively. */
export class Work {
  readonly loops = new Map<number, string>();
  readonly invocations: Invocation[] = [];
  readonly macroFunctions = new Map<number, MacroFunction>();
  readonly prototypes: Prototype[] = [];
  readonly definitions: Extent[] = [];
  readonly emptyFunctions: EmptyFunction[] = [];
  private readonly queue: Region[] = [];
  private readonly kept = new Set<Token>();

  constructor(
    readonly tokens: readonly Token[],
    /** Index of the other bracket, or -1. */
    readonly match: Int32Array,
    readonly canvas: Canvas,
  ) {}

  push(kind: RegionKind, from: number, to: number): void {
    if (from < to || kind === 'arguments') this.queue.push({ kind, from, to });
  }

  next(): Region | undefined {
    return this.queue.pop();
  }

  text(i: number): string {
    return this.tokens[i]?.text ?? '';
  }

  isName(i: number): boolean {
    return this.tokens[i]?.kind === 'name';
  }

  /** Index behind the bracket group that opens at `i`, or behind `i` itself when it opens none. */
  after(i: number): number {
    const match = this.match[i] ?? -1;
    return match > i ? match + 1 : i + 1;
  }

  opens(i: number, bracket: '(' | '{' | '['): boolean {
    return this.text(i) === bracket && this.match[i]! > i;
  }

  blank(from: number, to: number): void {
    if (from < to) this.canvas.blank(this.tokens[from]!.start, this.tokens[to - 1]!.end);
  }

  glue(from: number, to: number): void {
    if (from < to) this.canvas.glue(this.tokens[from]!.start, this.tokens[to - 1]!.end);
  }

  /** Makes a keyword an ordinary name. */
  glueWord(i: number): void {
    this.canvas.write(this.tokens[i]!.start, '_');
  }

  /** Leaves one name in place of tokens that can be no operand. */
  standIn(from: number, to: number): void {
    this.blank(from, to);
    this.canvas.write(this.tokens[from]!.start, '_');
  }

  /**
   * Puts `text` between tokens i-1 and i, in front of the directives there; a
   * comma also behind them, as no directive stays inside a list.
   * @returns false when there is no room
   */
  insertBefore(i: number, text: ',' | ';' | '_' | '='): boolean {
    const from = i > 0 ? this.tokens[i - 1]!.end : 0;
    const next = this.tokens[i];
    const to = next?.start ?? this.canvas.source.length;
    const { directives } = next ?? {};
    if (!directives) return this.canvas.insert(from, to, text);
    return (
      this.canvas.insert(from, directives[0]!.start, text) ||
      (text === ',' && this.canvas.insert(directives.at(-1)!.end, to, text))
    );
  }

  /** Directives in front of token i stand where the grammar takes them. */
  keepDirectives(i: number): void {
    this.tokens[i]?.directives?.forEach((directive) => this.kept.add(directive));
  }

  /** The same, at the top level. */
  keepItemDirectives(i: number): void {
    this.keepDirectives(i);
    for (const { text, start, end } of this.tokens[i]?.directives ?? [])
      if (text === 'define') this.definitions.push({ start, end });
  }

  /** Directives stand where the grammar has no place for them. */
  blankOtherDirectives(): void {
    for (const { directives } of this.tokens) {
      for (const directive of directives ?? []) {
        if (!this.kept.has(directive)) this.canvas.blank(directive.start, directive.end);
      }
    }
  }

  /** Whether a line break lies between tokens i-1 and i. */
  startsLine(i: number): boolean {
    if (i <= 0 || i >= this.tokens.length) return true;
    const gap = this.canvas.source.slice(this.tokens[i - 1]!.end, this.tokens[i]!.start);
    return gap.includes('\n');
  }

  /** Column of a token, tabs as eight, to tell a loop's body from the next statement. */
  column(i: number): number {
    const { source } = this.canvas;
    const at = this.tokens[i]!.start;
    let from = at;
    while (from > 0 && at - from < 400 && source.charCodeAt(from - 1) !== 0x0a) from--;
    let column = 0;
    for (let k = from; k < at; k++) column = source.charCodeAt(k) === 9 ? (column | 7) + 1 : column + 1;
    return column;
  }
}
