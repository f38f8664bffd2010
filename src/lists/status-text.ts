import { counted, printable } from '../report/lines.js';
import type { AnswerStatus, SeriesStatus, Status } from './status.js';

/** The state of what is followed, for people. */
export function statusToText(status: Status): string {
  const { series, answers, checks } = status;
  const checked = checks.waiting + checks.posted + checks.failed;
  return [
    ...section(
      'Sources',
      status.sources.map(({ name, mails, readAt, trouble }) =>
        [`${name}: ${counted(mails, 'mail')}, read ${readAt ?? 'never'}`, ...said(trouble)].join('; '),
      ),
    ),
    ...section('Series', [
      `${String(series.reviewed)} reviewed, ${String(series.gathering)} waiting, ${String(series.superseded)} superseded, ` +
        `${String(series.unreviewed)} not reviewed, ${String(series.passed)} passed over`,
    ]),
    ...section('Waiting', status.gathering.map(seriesLine)),
    ...section('Not reviewed', status.unreviewed.map(seriesLine)),
    ...section('Answers', [
      `${String(answers.sent)} sent, ${String(answers.waiting)} waiting, ${String(status.doubt.length)} in doubt, ` +
        `${String(answers.failed)} failed, ${String(answers.dropped)} dropped`,
    ]),
    ...section(
      'To be sent',
      status.waiting.map((one) => answerLine(one, `due ${one.dueAt}`)),
    ),
    ...section(
      'In doubt (held; recto follow --settle MESSAGE-ID=sent, =send or =drop)',
      status.doubt.map((one) => answerLine(one, `since ${one.changedAt}`)),
    ),
    ...section(
      'Failed',
      status.failed.map((one) => answerLine(one, one.changedAt)),
    ),
    ...section(
      'Sent',
      status.sent.slice(-10).map((one) => answerLine(one, one.changedAt)),
    ),
    ...section(
      'Checks',
      checked === 0
        ? []
        : [
            `${String(checks.posted)} posted, ${String(checks.waiting)} waiting, ${String(checks.failed)} failed`,
          ],
    ),
    ...section(
      'Said in replies',
      status.wishes.map(({ what, about, reason, by }) =>
        [`${by}: ${what} ${about}`, ...said(reason === '' ? null : reason)].join(': '),
      ),
    ),
    ...section(
      'Kept aside',
      status.aside.map(
        ({ messageId, title, reason }) => `<${messageId}> ${JSON.stringify(title)}: ${reason}`,
      ),
    ),
  ].join('\n');
}

function section(title: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : [title, ...lines.map((line) => `  ${printable(line)}`), ''];
}

function seriesLine({ title, version, sender, total, missing, dueAt, reason }: SeriesStatus): string {
  const lacks =
    missing.length === 0 ? [] : [`lacks ${missing.slice(0, 10).join(', ')} of ${String(total ?? 1)}`];
  const which = `${JSON.stringify(title)}${version > 1 ? ` v${String(version)}` : ''} from ${sender}`;
  return [which, ...lacks, ...(reason === null ? [`due ${dueAt}`] : [reason])].join('; ');
}

function answerLine({ messageId, answers, to, reason, attempts }: AnswerStatus, when: string): string {
  const tried = attempts > 1 ? [`tried ${String(attempts)} times`] : [];
  return [
    `<${messageId}> to ${to.join(', ')}, in answer to <${answers}>`,
    when,
    ...tried,
    ...said(reason),
  ].join('; ');
}

function said(text: string | null): string[] {
  return text === null ? [] : [text];
}
