import Database from 'libsql';

/** A value in a row. */
export type Value = string | number | null | Buffer;

/** A row, by the names of its columns. */
export type Row = Readonly<Record<string, string | number | null | ArrayBuffer>>;

/** A connection, with its statements prepared once. */
export interface Sql {
  all(statement: string, ...values: readonly Value[]): readonly Row[];
  first(statement: string, ...values: readonly Value[]): Row | null;
  /** Gives the row id of what was inserted, and how many rows changed. */
  run(statement: string, ...values: readonly Value[]): { readonly id: number; readonly changes: number };
  script(statements: string): void;
  close(): void;
}

/** Opens a database file. Throws what the library says. */
export function openSql(path: string): Sql {
  const database = new Database(path);
  const prepared = new Map<string, Database.Statement>();
  const prepare = (statement: string) => {
    let known = prepared.get(statement);
    if (known === undefined) prepared.set(statement, (known = database.prepare(statement)));
    return known;
  };
  // The values go in as one array: alone, null or a Buffer would be taken for named parameters.
  return {
    all: (statement, ...values) => prepare(statement).all(values) as readonly Row[],
    first: (statement, ...values) => (prepare(statement).get(values) ?? null) as Row | null,
    run(statement, ...values) {
      const { lastInsertRowid, changes } = prepare(statement).run(values);
      return { id: Number(lastInsertRowid), changes };
    },
    script: (statements) => void database.exec(statements),
    close: () => void database.close(),
  };
}

/** A text column that is never null. */
export function text(row: Row, column: string): string {
  return row[column] as string;
}

/** A number column that is never null. */
export function number(row: Row, column: string): number {
  return row[column] as number;
}
