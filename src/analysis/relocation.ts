import { mentionedFiles } from './evidence.js';
import type { FunctionAnalysis } from './execution.js';

/** Where lines of a tree are in another one: the new line, or undefined for one that is as it was. */
export type LineMap = (file: string, line: number) => number | undefined;

/**
 * Moves what was found out in one tree to the lines of another. What mentions no line that moved stays the same object,
 * and equal objects stay equal.
 */
export class Relocation {
  private readonly newLine: LineMap;
  private readonly changed: ReadonlySet<string>;
  private readonly moved = new WeakMap<object, unknown>();

  /** @param changed the files of which lines may have moved */
  constructor(newLine: LineMap, changed: ReadonlySet<string>) {
    this.newLine = newLine;
    this.changed = changed;
  }

  /** @param file where the function is */
  analysis(analysis: FunctionAnalysis, file: string): FunctionAnalysis {
    if (!this.changed.has(file) && !this.mentionsChanged(analysis)) return analysis;
    const { summary, record } = analysis;
    let calls = summary.parameterCalls;
    const lines = calls.map(({ line }) => this.newLine(file, line) ?? line);
    if (calls.some(({ line }, index) => line !== lines[index])) {
      calls = calls.map((call, index) => ({ ...call, line: lines[index]! }));
    }
    const there = this.move(summary);
    const parameterCalls = this.move(calls);
    const newSummary = parameterCalls === there.parameterCalls ? there : { ...there, parameterCalls };
    const newRecord = this.move(record);
    return newSummary === summary && newRecord === record
      ? analysis
      : { summary: newSummary, record: newRecord };
  }

  private mentionsChanged(analysis: FunctionAnalysis): boolean {
    if (this.changed.size === 0) return false;
    for (const path of mentionedFiles(analysis)) if (this.changed.has(path)) return true;
    return false;
  }

  private move<T>(value: T): T {
    if (typeof value !== 'object' || value === null) return value;
    const known = this.moved.get(value);
    if (known !== undefined) return known as T;
    const made = this.make(value);
    this.moved.set(value, made);
    return made as T;
  }

  private make(value: object): object {
    if (Array.isArray(value)) {
      const items = value.map((item: unknown) => this.move(item));
      return items.some((item, index) => item !== value[index]) ? items : value;
    }
    // Sets are of names or meetings; terms say nothing of lines.
    if (value instanceof Set) {
      const items = [...(value as Set<unknown>)];
      const there = items.map((item) => this.move(item));
      return there.some((item, index) => item !== items[index]) ? new Set(there) : value;
    }
    if ('symbolic' in value) return value;
    let changed: Record<string, unknown> | null = null;
    for (const [name, part] of Object.entries(value)) {
      const there = this.move<unknown>(part);
      if (there !== part) (changed ??= { ...value })[name] = there;
    }
    if ('file' in value && 'line' in value) {
      const line = this.newLine(value.file as string, value.line as number);
      if (line !== undefined && line !== value.line) (changed ??= { ...value })['line'] = line;
    }
    return changed ?? value;
  }
}
