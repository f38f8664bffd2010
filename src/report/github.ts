import type { Level } from '../review/finding.js';
import { messageOf } from '../review/message.js';
import type { Review } from '../review/review.js';
import { applicationDetails, outcomeOf } from './applied.js';
import { gather, type Told } from './evidence.js';
import { printable } from './lines.js';
import { otherNotes } from './notes.js';

/** How a workflow shows a finding. */
const COMMANDS: Readonly<Record<Level, 'error' | 'warning' | 'notice'>> = {
  high: 'error',
  medium: 'warning',
  low: 'notice',
};

/**
 * A review as workflow commands, one a line: GitHub Actions turns them into annotations of the changed files.
 * https://docs.github.com/actions/reference/workflows-and-actions/workflow-commands
 */
export function reviewToWorkflowCommands(review: Review): string {
  const { findings, patches } = review;
  const open = gather(findings.filter(({ resolvedBy }) => resolvedBy === null));
  const closed = gather(findings.filter(({ resolvedBy }) => resolvedBy !== null));
  const unapplied = patches.filter(({ status }) => status !== 'applied');
  const lines = [
    ...open.map((told) => annotation(COMMANDS[told[0].severity], told, '')),
    ...closed.map((told) => annotation('notice', told, `Patch ${told[0].resolvedBy!} takes it back. `)),
    ...unapplied.map((applied) => {
      const { patch, status } = applied;
      const details = applicationDetails(applied, review).map((detail) => `\n${detail}`);
      return command(
        status === 'already' ? 'notice' : 'warning',
        {},
        `patch ${patch.number}, ${patch.subject}: ${outcomeOf(applied, review)}${details.join('')}`,
      );
    }),
    ...otherNotes(review).map((note) => command('notice', {}, note)),
    ...(open.length + closed.length === 0 ? [command('notice', {}, 'recto: nothing to report')] : []),
  ];
  return lines.map((line) => line + '\n').join('');
}

function annotation(kind: 'error' | 'warning' | 'notice', told: Told, before: string): string {
  const [first] = told;
  const { file, line } = first.origins[0] ?? first;
  const message = messageOf(told);
  const advice = [...new Set(told.flatMap((finding) => finding.advice))].map((text) => `\n- ${text}`);
  const link = first.link === null ? '' : `\n${first.link}`;
  return command(
    kind,
    { file, line: String(line), title: first.title },
    before + message + advice.join('') + link,
  );
}

/** One command; what it carries cannot end it, nor begin another. */
function command(kind: string, properties: Readonly<Record<string, string>>, data: string): string {
  const set = Object.entries(properties).map(([name, value]) => `${name}=${escapeProperty(value)}`);
  return `::${kind}${set.length === 0 ? '' : ` ${set.join(',')}`}::${escapeData(data)}`;
}

/** As @actions/core does it, after taking out what moves a cursor. */
function escapeData(text: string): string {
  return text
    .split('\n')
    .map(printable)
    .join('\n')
    .replace(/%/g, '%25')
    .replace(/\r/g, '%0D')
    .replace(/\n/g, '%0A');
}

function escapeProperty(text: string): string {
  return escapeData(printable(text)).replace(/:/g, '%3A').replace(/,/g, '%2C');
}
