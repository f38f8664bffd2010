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
      for (const [name, answer] of names) if (informant.own(name, file) !== answer) return false;
    }
    for (const [name, answer] of this.globals) if (informant.global(name) !== answer) return false;
    return true;
  }
}
