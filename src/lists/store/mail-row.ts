import type { LetterKind } from '../letter.js';
import { number, text, type Row, type Value } from './sql.js';
import type { MailRecord } from './store.js';

/** The columns of a mail, in the order of `mailValues`. */
export const MAIL_COLUMNS = [
  'id',
  'message_id',
  'kind',
  'reason',
  'title',
  'sender_name',
  'sender_address',
  'arrived',
  'automatic',
  'thread',
  'threaded',
  'series',
  'number',
  'topic',
  'announces',
  'gone',
];

export function mailValues(mail: MailRecord): Value[] {
  return [
    mail.id,
    mail.messageId,
    mail.kind,
    mail.reason,
    mail.title,
    mail.senderName,
    mail.senderAddress,
    mail.arrived,
    mail.automatic,
    mail.thread,
    Number(mail.threaded),
    mail.series,
    mail.number,
    mail.topic,
    mail.announces.length === 0 ? null : JSON.stringify(mail.announces),
    Number(mail.gone),
  ];
}

export function mailOf(row: Row): MailRecord {
  return {
    id: number(row, 'id'),
    messageId: text(row, 'message_id'),
    kind: text(row, 'kind') as LetterKind,
    reason: row['reason'] as string | null,
    title: text(row, 'title'),
    senderName: text(row, 'sender_name'),
    senderAddress: text(row, 'sender_address'),
    arrived: number(row, 'arrived'),
    automatic: row['automatic'] as string | null,
    thread: number(row, 'thread'),
    threaded: row['threaded'] === 1,
    series: row['series'] as number | null,
    number: row['number'] as number | null,
    topic: row['topic'] as string | null,
    announces: row['announces'] === null ? [] : (JSON.parse(text(row, 'announces')) as string[]),
    gone: row['gone'] === 1,
  };
}
