import { number, text, type Row, type Value } from './sql.js';
import type { SeriesRecord, SeriesState } from './store.js';

const COLUMNS = {
  id: 'id',
  version: 'version',
  total: 'total',
  title: 'title',
  senderName: 'sender_name',
  senderAddress: 'sender_address',
  thread: 'thread',
  reply: 'reply',
  state: 'state',
  reason: 'reason',
  dueAt: 'due_at',
  firstAt: 'first_at',
  lastAt: 'last_at',
  follows: 'follows',
} as const satisfies Readonly<Record<keyof SeriesRecord, string>>;

const NAMES = Object.keys(COLUMNS) as (keyof SeriesRecord)[];

/** The columns of a series, in the order of `seriesValues`; the first is its id. */
export const SERIES_COLUMNS: readonly string[] = NAMES.map((name) => COLUMNS[name]);

export function seriesValues(series: SeriesRecord): Value[] {
  return NAMES.map((name) => {
    const value = series[name];
    return typeof value === 'boolean' ? Number(value) : value;
  });
}

export function seriesOf(row: Row): SeriesRecord {
  return {
    id: number(row, 'id'),
    version: number(row, 'version'),
    total: row['total'] as number | null,
    title: text(row, 'title'),
    senderName: text(row, 'sender_name'),
    senderAddress: text(row, 'sender_address'),
    thread: number(row, 'thread'),
    reply: row['reply'] === 1,
    state: text(row, 'state') as SeriesState,
    reason: row['reason'] as string | null,
    dueAt: number(row, 'due_at'),
    firstAt: number(row, 'first_at'),
    lastAt: number(row, 'last_at'),
    follows: row['follows'] as number | null,
  };
}
