import type { FindingOrigin } from '../review/finding.js';
import { messageOf } from '../review/message.js';
import type { Review } from '../review/review.js';
import { applicationDetails, outcomeOf } from './applied.js';
import { updateSays } from '../rules/words.js';
import { causeText, gather, type Told } from './evidence.js';
import { interleaving } from './interleaving.js';
import { code, fenced, prose } from './markup.js';
import { adviceOf, findingsOf, likewise, type Matter } from './matter.js';
import { groundText, otherNotes } from './notes.js';
import { summary } from './summary.js';

/** A review as Markdown, for an issue, a pull request or a wiki page. */
export function reviewToMarkdown(review: Review): string {
  const { series, patches, findings, resolved } = review;
  const open = gather(findings.filter(({ resolvedBy }) => resolvedBy === null));
  const closed = gather(findings.filter(({ resolvedBy }) => resolvedBy !== null));
  const right = gather(resolved);
  const several = patches.length > 1;
  const name = (number: number) => (several ? `patch ${number}` : 'the patch');
  const said = (told: Told) => {
    const [{ because, patch, resolvedBy }] = told;
    const cause = causeText(because, name(patch));
    const back = resolvedBy === null ? [] : [`${name(resolvedBy)} takes it back.`];
    return [cause, ...back].filter((text) => text !== null).map((text) => prose(capitalised(text)));
  };
  const blocks = [
    `## ${prose(series.subject)}`,
    prose(groundText(review)),
    patches
      .flatMap((applied) => [
        `- ${several ? `patch ${applied.patch.number}, ${prose(applied.patch.subject)}` : 'the patch'}: ${outcomeOf(applied, review)}`,
        ...applicationDetails(applied, review).map((detail) => `  - ${prose(detail)}`),
      ])
      .join('\n'),
    ...[...open, ...closed].flatMap((told) => [
      `### ${heading(told)}`,
      ...said(told),
      findingMarkdown([told]),
    ]),
    ...(right.length === 0 ? [] : ['### Put right', right.map((told) => `- ${heading(told)}`).join('\n')]),
    otherNotes(review)
      .map((note) => `> ${prose(note)}`)
      .join('\n>\n'),
    summary(review),
  ];
  return blocks.filter((block) => block !== '').join('\n\n') + '\n';
}

function heading([{ title, origins, file, line }]: Told): string {
  const place = origins[0] ?? { file, line };
  return `${prose(title)} ${code(`${place.file}:${place.line}`)}`;
}

/**
 * One comment about a matter: what is wrong, one interleaving, the evidence, what helps. Whoever posts it puts it where
 * the code is, so that it has no heading.
 *
 * @param instead a block that shows what helps as code
 */
export function findingMarkdown(matter: Matter, instead = ''): string {
  const [told, ...others] = matter;
  const [first] = told;
  const message = messageOf(told);
  const drawn = interleaving(first);
  const advice = adviceOf(matter);
  const link =
    first.link === null
      ? ''
      : ` · [about this check](${encodeURI(first.link).replace(/[()]/g, encodeURIComponent)})`;
  const blocks = [
    prose(message),
    drawn === null ? '' : fenced(drawn.narrow).join('\n'),
    evidenceList(told).join('\n'),
    ...others.flatMap((other) => [prose(likewise(other)), evidenceList(other).join('\n')]),
    advice.length === 0 ? '' : ['What helps:', '', ...advice.map((text) => `- ${prose(text)}`)].join('\n'),
    instead,
    `<sub>${first.severity}, confidence ${first.confidence} · ${findingsOf(matter)
      .map(({ id }) => code(id))
      .join(' ')}${link}</sub>`,
  ];
  return blocks.filter((block) => block !== '').join('\n\n');
}

/** The lines of the tree that show it: each way to the update as a list of its own. */
export function evidenceList(told: Told): string[] {
  const [{ origins }] = told;
  const lines = origins.flatMap(({ path }, index) => [
    ...(index > 0 ? ['', 'or', ''] : []),
    ...path.slice(0, -1).map(stepItem),
  ]);
  const updates = told.map(({ updater, file, line, update, atomic }) =>
    stepItem({ function: updater, file, line, says: updateSays(update, atomic) }),
  );
  return [...lines, ...(origins.length > 1 ? ['', 'and then', ''] : []), ...updates];
}

function stepItem({ function: name, file, line, says }: FindingOrigin['path'][number]): string {
  return `- ${code(`${file}:${line}`)} ${code(`${name}()`)}: ${prose(says)}`;
}

function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
