import type { FunctionFacts } from '../../c/facts.js';

/** One function of a kept tree. */
export type FunctionRow = readonly [
  name: string,
  file: number,
  /** `m` for a macro, `s` for static, `i` for code of the boot, `v` for variadic. */
  kind: string,
  line: number,
  endLine: number,
  returns: string,
  parameters: FunctionFacts['parameters'],
  nodes: number,
  /** See function-text.ts. */
  fingerprint: string,
  /** Cells of the pool; empty where the function does not matter. */
  summary: string,
  record: string,
  /** Where its body is. */
  chunk: number,
  within: number,
];

/** The fields of a struct, in one file that defines it. */
export type StructRow = readonly [file: number, fields: Readonly<Record<string, string>>];

/** The value of a constant, in one file that defines it. */
export type ConstantRow = readonly [file: number, value: number];

/** A slot of an operation table, in the file that fills it. */
export type SlotRow = readonly [file: number, struct: string, field: string, name: string, local: 0 | 1];

/** A file: its path, its first function and the number of them, the id of its content. */
export type FileRow = readonly [path: string, first: number, count: number, id: string];
