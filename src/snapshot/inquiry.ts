import type { FunctionEntry } from '../analysis/definitions.js';
import type { Summary } from '../analysis/summary.js';

/** Whoever is asked for what a function's code names. */
export interface Informant {
  own(name: string, file: string): FunctionEntry | null;
  global(name: string): FunctionEntry | null;
  summaryAt(key: string): Summary | null;
}

/**
 * What the analysis of a function asked, and what it was answered. Its code being the same, it comes to the same
 * wherever the answers are.
 */
export class Inquiry {
  private readonly owns = new Map<string, Map<string, FunctionEntry | null>>();
  private readonly globals = new Map<string, FunctionEntry | null>();
  private readonly summaries = new Map<string, Summary | null>();
  private readonly bodies: ReadonlySet<string>;

  /** @param bodies names of which it matters what they do themselves: iteration macros */
  constructor(bodies: ReadonlySet<string>) {
    this.bodies = bodies;
  }

  noteOwn(name: string, file: string, answer: FunctionEntry | null): void {
    const ofFile = this.owns.get(file) ?? new Map<string, FunctionEntry | null>();
    this.owns.set(file, ofFile.set(name, answer));
  }

  noteGlobal(name: string, answer: FunctionEntry | null): void {
    this.globals.set(name, answer);
  }

  noteSummary(key: string, answer: Summary | null): void {
    this.summaries.set(key, answer);
  }

  /** Would it be answered the same? */
  isAnsweredBy(informant: Informant): boolean {
    for (const [key, answer] of this.summaries) if (informant.summaryAt(key) !== answer) return false;
    for (const [file, names] of this.owns) {
      for (const [name, answer] of names)
        if (!this.isSame(name, informant.own(name, file), answer)) return false;
    }
    for (const [name, answer] of this.globals)
      if (!this.isSame(name, informant.global(name), answer)) return false;
    return true;
  }

  private isSame(name: string, one: FunctionEntry | null, other: FunctionEntry | null): boolean {
    if (one === other) return true;
    if (!one || !other || one.key !== other.key || this.bodies.has(name)) return false;
    // Of one in a header it is looked whether it does anything.
    return isFunctionOfSource(one) && isFunctionOfSource(other) && headOf(one) === headOf(other);
  }
}

function isFunctionOfSource({ file, facts }: FunctionEntry): boolean {
  return facts.kind === 'function' && file.endsWith('.c');
}

const heads = new WeakMap<FunctionEntry, string>();

/** What callers see of a function, beside its summary. */
function headOf(entry: FunctionEntry): string {
  let head = heads.get(entry);
  if (head === undefined) {
    head = JSON.stringify({ ...entry.facts, line: 0, endLine: 0, locals: {}, nodes: [] });
    heads.set(entry, head);
  }
  return head;
}
