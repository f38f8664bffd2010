import type { Action } from '../c/facts.js';
import type { StoredModel } from '../folio/stored-model.js';

/** What a snapshot file begins with. A reader of another number cannot read it. */
export const FORMAT = 3;

/** A snapshot as it stands in its file, which is this as JSON, compressed by gzip. */
export interface SnapshotFile {
  readonly recto: 'snapshot';
  readonly format: number;
  /** "6.12" */
  readonly version: string;
  /** Day of that release: 2024-11-17. */
  readonly date: string;
  readonly model: StoredModel;
  readonly constants: Readonly<Record<string, number>>;
  readonly structs: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** Struct and field, then file and name of the function there. */
  readonly slots: readonly (readonly [
    struct: string,
    field: string,
    file: string,
    name: string,
    local: 0 | 1,
  ])[];
  /** See analysis/serial.ts, and rows.ts for the blocks that the rows stand in. */
  readonly pool: {
    readonly blocks: readonly string[];
    readonly strings: readonly string[];
    readonly shapes: readonly string[];
  };
  readonly files: Readonly<Record<string, readonly FunctionRow[]>>;
}

/** One function. Cells are those of the pool. */
export type FunctionRow = readonly [
  name: string,
  line: number,
  /**
   * `m` for a macro, `s` for static, `i` for code of the boot, `v` for variadic, `g` for the one that is meant by its
   * name in other files, `h` for one that has a part in hazards of the release.
   */
  kind: string,
  returns: string,
  /** `folio:struct folio *,address:`; types that tell nothing of folios are left out. */
  parameters: string,
  locals: string,
  summary: string,
  record: string,
  /** Two characters per line, see lines.ts; empty where the lines are not kept. */
  marks: string,
  /** Per line of the function: `.` no frame, `=` those of the line before that has some, else the cell; commas between. */
  frames: string,
  /** The functions and macros that its nodes name, commas between: who is asked for callers need not read the nodes. */
  names: string,
  /** NodeRow[] as JSON, which is read when it is asked for. */
  nodes: string,
];

/** A node that is kept: its line, and what it does. */
export type NodeRow = readonly [line: number, action: Action];
