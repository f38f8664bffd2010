import { gather, type Told as Together } from '../report/evidence.js';
import { messageOf } from '../review/message.js';
import { code, prose } from '../report/markup.js';
import { adviceOf } from '../report/matter.js';
import { counted } from '../report/lines.js';
import type { Finding } from '../review/finding.js';
import type { Annotation, CheckResult } from './check-run.js';
import { concludeFrom } from './check-run.js';
import { matters } from './comment.js';
import type { Configuration } from './configuration.js';
import type { Judgement, PlacedFinding } from './judge.js';

/** A review, as far as the check run tells it. */
export interface Told {
  readonly judgement: Judgement;
  /** Those that the configuration wants told. */
  readonly findings: readonly PlacedFinding[];
  readonly dismissed: ReadonlySet<string>;
  /** Where the tree came from. */
  readonly from: string;
  /** What could not be done, for want of a permission for example. */
  readonly notes: readonly string[];
}

/** The end of the check run of a review that came to its end. */
export function resultOf(told: Told, configuration: Configuration): CheckResult {
  const open = told.findings.filter(({ finding }) => !told.dismissed.has(finding.id));
  const severities = open.map(({ finding }) => finding.severity);
  const count = gather(open.map(({ finding }) => finding)).length;
  return {
    conclusion: concludeFrom(severities, configuration),
    title: count === 0 ? 'Nothing to report' : counted(count, 'finding'),
    summary: summaryOf(told, open),
    annotations: annotationsOf(open),
    final: true,
  };
}

function summaryOf(
  { judgement, findings, dismissed, from, notes }: Told,
  open: readonly PlacedFinding[],
): string {
  const { patches, takenBack, resolved } = judgement;
  const closed = findings.filter(({ finding }) => dismissed.has(finding.id)).map(({ finding }) => finding);
  const subject = (number: number) => patches.find((patch) => patch.number === number)?.subject ?? '';
  const section = (title: string, some: readonly Finding[], more: (finding: Finding) => string = () => '') =>
    some.length === 0
      ? []
      : [
          `### ${title}`,
          gather(some)
            .map((told) => `- ${lineOf(told)}${more(told[0])}`)
            .join('\n'),
        ];
  const all = [...new Set([...judgement.notes, ...notes])];
  return [
    `${counted(patches.length, 'commit')} reviewed one by one against ${prose(judgement.tree)}, from ${prose(from)}.`,
    ...section(
      'Found',
      open.map(({ finding }) => finding),
    ),
    ...section('Dismissed', closed),
    ...section(
      'Taken back by a later commit',
      takenBack,
      ({ patch, resolvedBy }) =>
        `. ${prose(`"${subject(patch)}" has it, "${subject(resolvedBy!)}" takes it back; bisection can land between them.`)}`,
    ),
    ...section('Put right', resolved),
    ...(all.length === 0 ? [] : ['### Notes', all.map((note) => `- ${prose(note)}`).join('\n')]),
  ].join('\n\n');
}

function lineOf(told: Together): string {
  const [first] = told;
  const { file, line } = first.origins[0] ?? first;
  const ids = told.map(({ id }) => code(id)).join(' ');
  return `${code(`${file}:${String(line)}`)}: ${prose(messageOf(told))} <sub>${ids}</sub>`;
}

const LEVELS = { high: 'failure', medium: 'warning', low: 'notice' } as const;

function annotationsOf(findings: readonly PlacedFinding[]): Annotation[] {
  return matters(findings).map(({ about, ids, place }) => {
    const [[first]] = about;
    return {
      path: place?.path ?? first.file,
      start_line: place?.startLine ?? first.line,
      end_line: place?.line ?? first.line,
      annotation_level: LEVELS[first.severity],
      title: first.title.slice(0, 255),
      message: [...about.map(messageOf), adviceOf(about).join('\n'), ids.join(', ')]
        .join('\n\n')
        .slice(0, 60_000),
    };
  });
}
