import type { FunctionFacts } from '../c/facts.js';
import type { FunctionHead } from '../c/lower/heads.js';
import { mayMatter } from '../c/lower/relevant.js';
import { lex, type Token } from '../c/normalise/lex.js';
import { functionsInPiece, headsInPiece } from './pieces.js';
import type { Line } from './text.js';

/** What is known of a function at one stage, as a graph. */
export interface Fragment {
  readonly facts: FunctionFacts;
  /** Nodes at which the code goes on behind lines that are not known, with the line of the release that it goes on with. */
  readonly resumes: ReadonlyMap<number, number>;
}

/** What a fragment is put together with. */
export interface FragmentContext {
  /** The function as the release has it. */
  readonly facts: FunctionFacts;
  /** Is there a frame for this line of the release? */
  readonly hasFrame: (line: number) => boolean;
  /** Has the release such a label? Code that is not shown may lead there. */
  readonly hasLabel: (name: string) => boolean;
  /** Names of functions are no variables. */
  readonly isFunction: (name: string) => boolean;
}

/** Stands where code goes on; its argument is the number of the line in `resumes`. */
const RESUME = '__recto_resume';
const GAP = '__recto_gap';
const JOIN = '__recto_join';

/**
 * Makes a function of the lines that are known of it, in order, and reads it as C. Between known lines that do not
 * follow each other, and where a run of them comes out of a block that it does not show from the start, the code is
 * entered anew: there it is as the release has it.
 *
 * @returns null when nothing can be made of the lines
 */
export async function readFragment(
  lines: readonly Line[],
  context: FragmentContext,
): Promise<Fragment | null> {
  const runs = knownRuns(lines);
  if (runs.length === 0) return null;
  const code: string[] = [''];
  const numbers: number[] = [context.facts.line];
  const resumes: number[] = [];
  const names = new Set<string>();
  let joins = 0;
  let parameters = context.facts.parameters;
  let name = context.facts.name;
  for (const run of runs) {
    let part = run;
    let atEntry = false;
    if (run[0] === lines[0]) {
      const head = await readHead(run);
      if (head) {
        part = run.slice(head.lines);
        ({ parameters, name } = head.facts);
        atEntry = true;
      }
    }
    if (!atEntry) {
      code.push(`goto ${GAP};`);
      numbers.push(part[0]?.number ?? context.facts.line);
    }
    const text = new RunText(part, part.at(-1) === lines.at(-1), {
      atEntry,
      resumeAt: (from, to, behind) => {
        const at = lines.indexOf(part[0]!) - 1;
        const previous =
          behind === null ? lines.slice(0, at + 1).findLast((line) => line.at !== null) : part[behind];
        const known = previous?.at ?? null;
        const first = known === null ? null : known + (behind === from ? 0 : 1);
        const line = frameLine(part.slice(from, to), first, context.hasFrame);
        if (line === null) return '';
        resumes.push(line);
        return ` ${RESUME}_${resumes.length}: ${RESUME}(${resumes.length - 1}); `;
      },
      isNewLabel: (name, at) => part[at]!.at === null && !context.hasLabel(name),
      join: () => `${JOIN}_${++joins}`,
    });
    for (const used of text.variables()) if (!context.isFunction(used)) names.add(used);
    code.push(...text.lines());
    numbers.push(...part.map(({ number }) => number));
  }
  for (const { name } of parameters) names.delete(name);
  const own = parameters.map((parameter) => parameter.name);
  code[0] = `int ${name}(${[...own, ...names].map((variable) => `int ${variable}`).join(', ')}) {`;
  code.push(`${GAP}: ; }`);
  const text = code.join('\n');
  if (!mayMatter(text)) return null;
  const lowered = (await functionsInPiece(text)).find((facts) => facts.name === name);
  if (!lowered || lowered.nodes.length === 0) return null;
  // Of what type they are nobody knows, but they are variables.
  const locals = { ...Object.fromEntries([...names].map((used) => [used, ''])), ...context.facts.locals };
  return withResumes(lowered, { ...context.facts, parameters, name, locals }, numbers, resumes);
}

/**
 * The line of the release that code goes on with: the first that has a frame, from `first` on. It may be one that the
 * patch removes, as what comes later has been through that.
 */
function frameLine(
  lines: readonly Line[],
  first: number | null,
  hasFrame: (line: number) => boolean,
): number | null {
  for (const { at } of lines) {
    if (at === null) continue;
    for (let line = Math.min(first ?? at, at); line <= at; line++) if (hasFrame(line)) return line;
  }
  return null;
}

function withResumes(
  lowered: FunctionFacts,
  facts: FunctionFacts,
  numbers: readonly number[],
  lines: readonly number[],
): Fragment {
  const resumes = new Map<number, number>();
  const nodes = lowered.nodes.map((node, index) => {
    const line = numbers[Math.min(node.line, numbers.length) - 1] ?? facts.line;
    const { action } = node;
    if (action.do !== 'call' || action.callee !== RESUME) return { ...node, line };
    const [number] = action.arguments;
    if (number?.kind === 'number') resumes.set(index, lines[number.value]!);
    return { line, action: { do: 'nothing' as const }, next: node.next };
  });
  return { facts: { ...facts, nodes, locals: { ...facts.locals, ...lowered.locals } }, resumes };
}

/** The lines whose text is known, in runs of lines that follow each other. */
function knownRuns(lines: readonly Line[]): Line[][] {
  const runs: Line[][] = [];
  let open = false;
  for (const line of lines) {
    if (line.text === null) open = false;
    else if (open) runs.at(-1)!.push(line);
    else {
      runs.push([line]);
      open = true;
    }
  }
  return runs;
}

/** The function's head, when the run begins with all of it. */
async function readHead(run: readonly Line[]): Promise<{ facts: FunctionHead; lines: number } | null> {
  const end = run.findIndex(({ text }) => /\{\s*$/.test(text!));
  if (end < 0 || end > 12) return null;
  const head = run.slice(0, end + 1).map(({ text }) => text!);
  const type = /^\w+\s*\(/.test(head[0]!) ? 'int ' : '';
  const [facts] = await headsInPiece(`${type}${head.join('\n')}\n}`);
  return facts ? { facts, lines: end + 1 } : null;
}

interface RunPlace {
  /** The run begins where the function does. */
  readonly atEntry: boolean;
  /**
   * Text that enters the code with the first frame of the lines from index `from` to before `to`; '' without one.
   * `behind`: index of the line that the code there follows; null when that is the one in front of the run.
   */
  readonly resumeAt: (from: number, to: number, behind: number | null) => string;
  /** Does the patch bring the label on this line? Then only code that is shown leads there. */
  readonly isNewLabel: (name: string, line: number) => boolean;
  /** A label that nobody has yet. */
  readonly join: () => string;
}

/** What a brace was opened for: `value` is an initialiser. */
type Opened = 'do' | 'switch' | 'block' | 'value';

/** A run of lines, made a sequence of whole statements: braces in pairs, pieces of statements at its ends blanked. */
class RunText {
  private readonly source: string;
  private readonly tokens: readonly Token[];
  private readonly starts: number[] = [];
  private readonly edits: { at: number; text: string }[] = [];
  private readonly blanked: { from: number; to: number }[] = [];
  /** Where code is entered anew: offset, index of the line there, and of the line whose end makes it necessary. */
  private readonly entries: { at: number; line: number; behind: number | null }[] = [];
  private readonly open: Opened[] = [];
  private readonly place: RunPlace;
  private readonly isEnd: boolean;
  private tail = '';

  constructor(run: readonly Line[], isEnd: boolean, place: RunPlace) {
    this.place = place;
    this.isEnd = isEnd;
    let offset = 0;
    const texts = withoutCommentTail(run.map(({ text }) => text!));
    for (const text of texts) {
      this.starts.push(offset);
      offset += text.length + 1;
    }
    this.source = texts.join('\n');
    const { tokens } = lex(this.source);
    // A comment may begin there whose end is not shown.
    this.blank(tokens.at(-1)?.end ?? 0, this.source.length);
    for (const token of tokens) if (token.kind === 'directive') this.blank(token.start, token.end);
    this.tokens = tokens.filter(({ kind }) => kind !== 'directive');
    this.read();
    this.enter();
  }

  /** The run as C, line by line. */
  lines(): string[] {
    const out = this.source.split('');
    for (const { from, to } of this.blanked) {
      for (let at = from; at < to; at++) if (out[at] !== '\n') out[at] = ' ';
    }
    const inserted = new Map<number, string>();
    for (const { at, text } of this.edits) inserted.set(at, (inserted.get(at) ?? '') + text);
    let text = '';
    for (let at = 0; at < out.length; at++) text += (inserted.get(at) ?? '') + out[at]!;
    text += (inserted.get(out.length) ?? '') + this.tail;
    return text.split('\n');
  }

  /** Names that stand where a variable does. */
  variables(): string[] {
    const { tokens } = this;
    return tokens.flatMap((token, index) => {
      const before = tokens[index - 1]?.text ?? '';
      const behind = tokens[index + 1]?.text ?? '';
      const isVariable =
        token.kind === 'name' &&
        /^[a-z_]\w*$/.test(token.text) &&
        !KEYWORDS.has(token.text) &&
        behind !== '(' &&
        !/^(\.|->|struct|union|enum|goto)$/.test(before);
      return isVariable ? [token.text] : [];
    });
  }

  private blank(from: number, to: number): void {
    this.blanked.push({ from, to });
  }

  private insert(at: number, text: string): void {
    this.edits.push({ at, text });
  }

  private lineAt(offset: number): number {
    return this.starts.findLastIndex((start) => start <= offset);
  }

  /** The code goes on here with what the release has there. */
  private entry(at: number, isStart = false): void {
    const next = this.tokens.find(({ start }) => start >= at);
    const line = this.lineAt(next?.start ?? at);
    this.entries.push({ at, line, behind: isStart ? null : this.lineAt(at - 1) });
  }

  private enter(): void {
    this.entries.forEach(({ at, line, behind }, index) => {
      const next = this.entries[index + 1]?.line ?? this.starts.length;
      this.insert(at, this.place.resumeAt(line, Math.max(next, line + 1), behind));
    });
    // What is put in at one offset stands in the order in which it was found.
    this.edits.sort((a, b) => a.at - b.at);
  }

  private read(): void {
    const { tokens } = this;
    let index = this.place.atEntry ? 0 : this.skipPiece();
    if (!this.place.atEntry && tokens[index]) this.entry(tokens[index]!.start, true);
    let parentheses = 0;
    let statement = index;
    const joins: string[] = [];
    for (; index < tokens.length; index++) {
      const { text, start, end } = tokens[index]!;
      if (text === '(' || text === '[') parentheses++;
      else if (text === ')' || text === ']') parentheses = Math.max(0, parentheses - 1);
      if (parentheses > 0) continue;
      if (text === ';') {
        if (this.open.length === 0 && this.isLeft(statement, index)) this.entry(end);
        statement = index + 1;
      } else if (text === '{') {
        this.open.push(this.kindOf(statement, index));
        if (this.open.at(-1) !== 'value') statement = index + 1;
      } else if (text === '}') {
        const opened = this.open.pop();
        // What follows the block of a do belongs to it, as does what follows an initialiser.
        if (opened === 'value' || opened === 'do') continue;
        if (opened === undefined) index = this.leaveBlock(index, joins);
        statement = index + 1;
      } else if (index === statement && text === 'else') {
        // Its if is not shown, or is behind a statement without braces.
        if (!this.isFirst(index)) continue;
        this.blank(start, end);
        this.entry(end);
        statement = index + 1;
      } else if (index === statement && (text === 'case' || text === 'default')) {
        const colon = this.colonAfter(index);
        if (colon < 0) continue;
        if (!this.open.includes('switch')) {
          this.blank(start, tokens[colon]!.end);
          this.entry(tokens[colon]!.end);
        }
        index = colon;
        statement = colon + 1;
      } else if (index === statement && this.isLabel(index)) {
        const isNew = this.isNewLabel(index);
        index++;
        if (!isNew) this.entry(tokens[index]!.end);
        statement = index + 1;
      }
    }
    this.finish(statement, joins);
  }

  /** Does the code of the run begin here? */
  private isFirst(index: number): boolean {
    return this.entries[0]?.at === this.tokens[index]!.start;
  }

  /**
   * Is the code behind a statement come to in another way, too? Behind a jump it is, and behind the body of an `if`
   * that is not shown: that stands further to the right.
   */
  private isLeft(statement: number, end: number): boolean {
    const first = this.tokens[statement];
    const next = this.tokens[end + 1];
    if (!first || !next || next.text === '}' || next.text === 'else') return false;
    if (/^(return|goto|break|continue)$/.test(first.text)) return !this.isNewLabel(end + 1);
    return this.columnAt(next.start) < this.columnAt(first.start);
  }

  private isLabel(index: number): boolean {
    return this.tokens[index]?.kind === 'name' && this.tokens[index + 1]?.text === ':';
  }

  private isNewLabel(index: number): boolean {
    const { text, start } = this.tokens[index]!;
    return this.isLabel(index) && text !== 'default' && this.place.isNewLabel(text, this.lineAt(start));
  }

  private columnAt(offset: number): number {
    const start = this.starts[this.lineAt(offset)]!;
    const blanks = /^[ \t]*/.exec(this.source.slice(start))![0];
    return blanks.replaceAll('\t', '        ').length;
  }

  private kindOf(statement: number, index: number): Opened {
    const before = this.tokens[index - 1]?.text ?? '';
    if (before === '=' || before === ',' || this.open.at(-1) === 'value') return 'value';
    if (before === 'do') return 'do';
    return this.tokens[statement]?.text === 'switch' ? 'switch' : 'block';
  }

  /** A closing brace whose opening one is not shown. The index of the last token that belongs to it. */
  private leaveBlock(index: number, joins: string[]): number {
    const { tokens } = this;
    const { start, end } = tokens[index]!;
    const next = tokens[index + 1];
    if (!next && this.isEnd) {
      this.blank(start, end);
      return index;
    }
    if (next?.text === 'else') {
      // Who comes from the block above goes past it.
      const join = this.place.join();
      this.blank(start, next.end);
      this.insert(start, ` goto ${join};`);
      this.entry(next.end);
      this.joinBehind(index + 2, join, joins);
      return index + 1;
    }
    if (next?.text === 'while' && this.lineAt(next.start) === this.lineAt(start)) {
      const semicolon = this.semicolonAfter(index + 1);
      if (semicolon >= 0) {
        this.blank(start, tokens[semicolon]!.end);
        this.entry(tokens[semicolon]!.end);
        return semicolon;
      }
    }
    this.blank(start, end);
    this.entry(end);
    return index;
  }

  private joinBehind(index: number, join: string, joins: string[]): void {
    const end = this.endOfStatement(index);
    if (end < 0) joins.push(join);
    else this.insert(this.tokens[end]!.end, ` ${join}: ;`);
  }

  /** Index of the last token of the statement at `index`, with all its `else`; -1 when the run ends before. */
  private endOfStatement(index: number): number {
    const { tokens } = this;
    let depth = 0;
    for (let at = index; at < tokens.length; at++) {
      const { text } = tokens[at]!;
      if (text === '(' || text === '[' || text === '{') depth++;
      else if (text === ')' || text === ']') depth--;
      else if (text === '}') {
        depth--;
        if (depth < 0) return -1;
      }
      if (depth === 0 && (text === ';' || text === '}') && tokens[at + 1]?.text !== 'else') return at;
    }
    return -1;
  }

  private colonAfter(index: number): number {
    for (let at = index; at < this.tokens.length; at++) {
      const { text } = this.tokens[at]!;
      if (text === ':') return at;
      if (text === ';' || text === '{' || text === '}') return -1;
    }
    return -1;
  }

  private semicolonAfter(index: number): number {
    for (let at = index; at < this.tokens.length; at++) {
      const { text } = this.tokens[at]!;
      if (text === ';') return at;
      if (text === '{' || text === '}') return -1;
    }
    return -1;
  }

  /** Blanks the rest of a statement that begins before the run; the index of the first token behind it. */
  private skipPiece(): number {
    const { tokens } = this;
    let depth = 0;
    let skipped = 0;
    for (let index = 0; index < tokens.length; index++) {
      const { text } = tokens[index]!;
      if (text === '(' || text === '[') depth++;
      else if (text === ')' || text === ']') {
        if (depth === 0) skipped = this.behindPiece(index);
        else depth--;
      } else if (depth === 0 && (text === ';' || text === '{' || text === '}')) break;
      if (skipped > index) index = skipped - 1;
    }
    const first = tokens[0];
    if (skipped === 0 && first && /^(&&|\|\||[,.?:|=+/%<>]|->|==|!=|<=|>=|\|=|&=)$/.test(first.text)) {
      skipped = this.behindPiece(0);
    }
    if (skipped > 0) this.blank(0, tokens[skipped - 1]!.end);
    return skipped;
  }

  /** Behind the statement, or the head of one, whose rest goes on at `index`. */
  private behindPiece(index: number): number {
    const { tokens } = this;
    const line = this.lineAt(tokens[index]!.start);
    for (let at = index + 1; at < tokens.length; at++) {
      const { text, start } = tokens[at]!;
      if (text === ';' || text === '{') return at + 1;
      // if (... \n ...) \n statement;
      if (this.lineAt(start) > line && tokens[at - 1]!.text === ')') return at;
      if (text === '}') return at;
    }
    return tokens.length;
  }

  /** Ends what the run leaves open: a statement that it shows in part goes, heads without a body get an empty one. */
  private finish(statement: number, joins: readonly string[]): void {
    const { tokens } = this;
    const rest = tokens.slice(statement);
    if (rest.length > 0) {
      const text = rest.map((token) => token.text).join(' ');
      if (/^(?:else )?(?:if|while|for|switch) \(.*\)$/.test(text) && isBalanced(rest)) this.tail += ' ;';
      else if (text === 'else') this.tail += ' ;';
      else this.blank(rest[0]!.start, rest.at(-1)!.end);
    }
    for (const opened of this.open.toReversed()) this.tail += opened === 'do' ? ' } while (0);' : ' }';
    for (const join of joins) this.tail += ` ${join}: ;`;
  }
}

const KEYWORDS = new Set(
  (
    'if else while for do switch case default return goto break continue sizeof typeof struct union enum const ' +
    'static inline unsigned signed int long short char void bool volatile register extern typedef'
  ).split(' '),
);

function isBalanced(tokens: readonly Token[]): boolean {
  let depth = 0;
  for (const { text } of tokens) {
    if (text === '(') depth++;
    else if (text === ')' && --depth < 0) return false;
  }
  return depth === 0;
}

/** The lines without the rest of a comment that began before them. */
function withoutCommentTail(texts: readonly string[]): string[] {
  const joined = texts.join('\n');
  const end = joined.indexOf('*/');
  const start = joined.indexOf('/*');
  const isTail = end >= 0 && (start < 0 || end < start);
  const begun = isTail
    ? joined.slice(0, end + 2)
    : (/^(?:[ \t]*\*(?:[ \t].*)?(?:\n|$))+/.exec(joined)?.[0] ?? '');
  return (begun.replace(/[^\n]/g, ' ') + joined.slice(begun.length)).split('\n');
}
