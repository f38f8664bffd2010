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

/** What a mail is known by: its Message-ID and, where another mail has that, too, what tells the two apart. */
export function mailKey(messageId: string, twin: string | null = null): string {
  // No id has a blank in it.
  return twin === null ? messageId : `${messageId} ${twin}`;
}

export function mailValues(mail: MailRecord): Value[] {
  return [
    mail.id,
    mailKey(mail.messageId, mail.twin),
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
  const [messageId, twin = null] = text(row, 'message_id').split(' ');
  return {
    id: number(row, 'id'),
    messageId: messageId!,
    twin,
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
