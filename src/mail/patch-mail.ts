import type { Patch } from '../patch/patch.js';
import { readBaseCommit, readPrerequisites } from '../patch/trailers.js';
import { quotedAuthor } from './attribution.js';
import { readCommitMessage } from './commit-message.js';
import { findDiff, type FoundDiff } from './find-diff.js';
import { plainText, type Message } from './message.js';
import { readQuotes } from './quote.js';
import { parseSubject, type Subject } from './subject.js';

/** A mail as a part of a series: a patch, or the cover letter. */
export interface PatchMail {
  readonly message: Message;
  readonly subject: Subject;
  /** Null for a cover letter. The number is that of the subject, or 1. */
  readonly patch: Patch | null;
  /** From anywhere in the mail. */
  readonly baseCommit: string | null;
  /** Patch ids, from anywhere in the mail. */
  readonly prerequisites: readonly string[];
  readonly notes: readonly string[];
}

/**
 * The patches in a mail: its body's, those attached to it, those of mails attached to it. None for a mail
 * that is neither patch nor cover letter.
 *
 * @throws RectoError as parseDiff does, with the mail as its place.
 */
export function readPatchMail(message: Message): PatchMail[] {
  const subject = parseSubject(message.subject);
  const found = findDiff(message.body);
  const mails: PatchMail[] = [];
  if (found && found.files.length > 0) mails.push(patchOf(message, subject, found));
  for (const text of message.attachedDiffs) {
    const attached = findDiff(plainText(text));
    if (!attached || attached.files.length === 0) continue;
    const hasMessage = attached.above.some((line) => line.trim() !== '');
    const above = hasMessage || mails.length > 0 ? attached.above : message.body.text.split('\n');
    mails.push(patchOf(message, subject, { ...attached, above }));
  }
  const several = mails.length > 1;
  if (several) mails.forEach((mail, i) => (mails[i] = numbered(mail, i + 1, mails.length)));
  mails.push(...message.attached.flatMap(readPatchMail));
  if (mails.length > 0) return mails;
  const cover = subject.number === 0 && !subject.reply;
  const notes = found ? placed(message, found.notes) : [];
  const { text } = message.body;
  const [baseCommit, prerequisites] = [readBaseCommit(text), readPrerequisites(text)];
  return cover ? [{ message, subject, patch: null, baseCommit, prerequisites, notes }] : [];
}

function patchOf(message: Message, subject: Subject, found: FoundDiff): PatchMail {
  const commit = readCommitMessage(found.above);
  const quoted = found.depth > 0;
  const title = commit.subject === null ? subject.title : parseSubject(commit.subject).title;
  const firstLine = commit.message.split('\n')[0]!.trim();
  // The quoted mail is as far back in the thread as its quote marks are many.
  const messageId = quoted ? (message.references.at(-found.depth) ?? null) : message.messageId;
  const from = quoted ? quotedAuthor(readQuotes(message.body), found.depth) : message.from;
  const around = [...found.above, ...found.below].join('\n');
  const baseCommit = readBaseCommit(around);
  const notes = placed(message, [...message.notes, ...found.notes]);
  if (found.whitespaceDamaged) {
    notes.push(
      `${message.place}: white space of the diff was damaged on the way; it is disregarded where needed`,
    );
  }
  return {
    message,
    subject,
    baseCommit,
    prerequisites: readPrerequisites(around),
    notes,
    patch: {
      subject: title || firstLine || message.place,
      messageId,
      author: commit.from ?? from,
      date: quoted ? null : message.date,
      message:
        title === '' && firstLine !== '' ? commit.message.slice(firstLine.length).trim() : commit.message,
      files: found.files,
      baseCommit,
      quoted,
      whitespaceDamaged: found.whitespaceDamaged,
      number: subject.number || 1,
    },
  };
}

function numbered(mail: PatchMail, number: number, total: number): PatchMail {
  return {
    ...mail,
    subject: { ...mail.subject, number, total },
    patch: mail.patch && { ...mail.patch, number },
  };
}

function placed(message: Message, notes: readonly string[]): string[] {
  return notes.map((note) => (note.startsWith(message.place) ? note : `${message.place}: ${note}`));
}
