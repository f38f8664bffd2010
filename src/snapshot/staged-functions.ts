import type { FunctionFacts } from '../c/facts.js';
import type { Summary } from '../analysis/summary.js';
import { readFragment } from './fragment.js';
import { markOf } from './lines.js';
import { Recent } from './recent.js';
import type { Snapshot, SnapshotFunction } from './snapshot.js';
import { StagedFunction } from './staged-function.js';
import type { Line } from './text.js';
import type { TouchedFunction } from './touched.js';

/** Characters of what series show that is remembered, with what was found out about it. */
const SHOWN = 4_000_000;
/** Characters of summaries that are remembered. */
const SAID = 4_000_000;

/**
 * The functions of a release as series have them, and what was found out about each: stages of a series have most of
 * them in common, and versions of a series, too.
 */
export class StagedFunctions {
  private readonly snapshot: Snapshot;
  private readonly shown = new Recent<StagedFunction>(SHOWN);
  private readonly callers = new Map<string, StagedFunction>();
  private readonly summaries = new Recent<Summary>(SAID);

  constructor(snapshot: Snapshot) {
    this.snapshot = snapshot;
  }

  /** A function that a series touches, as it is at a stage; null where it is not there, or nothing can be read of it. */
  async touched(item: TouchedFunction, number: number): Promise<StagedFunction | null> {
    const { file, release, stages, renamed } = item;
    const lines = stages[number];
    const names = renamed[number]!;
    if (!lines) return null;
    const covered = coveredLines(stages[0] ?? []);
    const key = JSON.stringify([file, release?.name, written(lines), [...covered], [...names]]);
    const known = this.shown.get(key);
    if (known) return known;
    const fragment = await readFragment(lines, {
      facts: release ? withNames(release.facts, names) : NEW_FUNCTION,
      hasFrame: (line) => release?.hasFrame(line) ?? false,
      hasLabel: (name) => release?.marks.some(({ mark }) => mark === markOf(`${name}:`)) ?? false,
      isFunction: (name) => this.snapshot.own(name, file) !== null || this.snapshot.global(name) !== null,
    });
    if (!fragment) return null;
    const staged = new StagedFunction(file, release, fragment, covered, names);
    this.shown.set(key, staged);
    return staged;
  }

  /** A function that a series does not touch. */
  caller(release: SnapshotFunction): StagedFunction {
    let caller = this.callers.get(release.key);
    if (!caller) {
      caller = new StagedFunction(release.file, release, null, new Set(), new Map());
      this.callers.set(release.key, caller);
    }
    return caller;
  }

  /** The first of a function's summaries that has this text: who asks again is told by the object that it is the same. */
  said(key: string, text: string, summary: Summary): Summary {
    const says = `${key} ${text}`;
    const known = this.summaries.get(says);
    if (!known) this.summaries.set(says, summary);
    return known ?? summary;
  }
}

/** The lines, as far as anything depends on them: of those that are not shown, where they begin and end. */
function written(lines: readonly Line[]): readonly unknown[] {
  const parts: unknown[] = [];
  lines.forEach(({ text, at, number }, index) => {
    if (text !== null) parts.push(text, at, number);
    else if (lines[index - 1]?.text !== null || lines[index + 1]?.text !== null) parts.push(at);
  });
  return parts;
}

/** Lines of the release whose text the series shows. */
function coveredLines(lines: readonly Line[]): ReadonlySet<number> {
  const covered = new Set<number>();
  for (const line of lines) if (line.text !== null && line.at !== null) covered.add(line.at);
  return covered;
}

/** What is not known of a function before its head is read. */
const NEW_FUNCTION: FunctionFacts = {
  name: '',
  kind: 'function',
  isStatic: true,
  isInit: false,
  line: 0,
  endLine: 0,
  returns: '',
  parameters: [],
  variadic: false,
  locals: {},
  nodes: [],
};

function withNames(facts: FunctionFacts, renamed: ReadonlyMap<string, string>): FunctionFacts {
  if (renamed.size === 0) return facts;
  const newName = (name: string): string => renamed.get(name) ?? name;
  return {
    ...facts,
    parameters: facts.parameters.map(({ name, type }) => ({ name: newName(name), type })),
    locals: Object.fromEntries(Object.entries(facts.locals).map(([name, type]) => [newName(name), type])),
  };
}
