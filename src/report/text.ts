import type { Finding } from '../review/finding.js';
import type { Review } from '../review/review.js';
import { applicationDetails, outcomeOf } from './applied.js';
import { causeText, gather, headline, lastLine, type Told } from './evidence.js';
import { Said, findingText } from './finding-text.js';
import { counted, printable, wrap } from './lines.js';
import { groundText, otherNotes } from './notes.js';
import { PLAIN, type Style } from './style.js';
import { summary } from './summary.js';

/** A review for people at a terminal. */
export function reviewToText(review: Review, style: Style = PLAIN): string {
  const name = patchNames(review);
  const open = gather(review.findings.filter((finding) => finding.resolvedBy === null));
  const closed = gather(review.findings.filter((finding) => finding.resolvedBy !== null));
  const said = new Said();
  const parts = [
    subjectLines(review, style),
    ...open.map((told) => findingText(told, history(told, name), { said, style })),
    ...closed.map((told) => findingText(told, history(told, name), { said, style, advice: false })),
    ...resolvedLines(review.resolved, name, style),
    noteLines(review),
    [summary(review)],
  ];
  return parts
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n') + '\n')
    .join('\n');
}

/** What was reviewed, against what, and what became of each patch. */
function subjectLines(review: Review, style: Style): string[] {
  const { series, patches } = review;
  const version = series.version > 1 ? `v${series.version}, ` : '';
  const lines = [
    style.strong(printable(`${series.subject} (${version}${counted(patches.length, 'patch', 'patches')})`)),
  ];
  if (series.messageId !== null) lines.push(style.quiet(printable(`<${series.messageId}>`)));
  lines.push(...wrap(groundText(review), '  '));
  for (const applied of patches) {
    const { patch } = applied;
    const subject = patches.length > 1 ? `patch ${patch.number}, ${patch.subject}` : 'the patch';
    lines.push(...wrap(`${subject}: ${outcomeOf(applied, review)}`, '  ', '    '));
    for (const detail of applicationDetails(applied, review)) lines.push(...wrap(detail, '    ', '      '));
  }
  return lines;
}

type NameOf = (number: number) => string;

function patchNames({ patches }: Review): NameOf {
  return (number) => (patches.length > 1 ? `patch ${number}` : 'the patch');
}

function history([{ patch, resolvedBy, because }]: Told, name: NameOf): string[] {
  const cause = causeText(because, name(patch));
  const lines = cause === null ? [] : [capitalised(cause)];
  if (resolvedBy !== null) {
    const later = name(resolvedBy);
    lines.push(
      `${capitalised(later)} takes it back: only a tree with ${name(patch)} and without ${later} has it.`,
    );
  }
  return lines;
}

/** What was wrong in the tree before and is not any more: short, because nothing needs doing. */
function resolvedLines(resolved: readonly Finding[], name: NameOf, style: Style): string[][] {
  return gather(resolved).map((told) => [
    ...headline(told, style),
    ...wrap(`That was so before ${name(told[0].patch)}, which puts it right.`, '  '),
    lastLine(told, style),
  ]);
}

/** What is said above is not said again. */
function noteLines(review: Review): string[] {
  return otherNotes(review).flatMap((note) => wrap(note, 'note: ', '      '));
}

function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
