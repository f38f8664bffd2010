import { causeText, gather, type Told } from '../report/evidence.js';
import { findingMarkdown } from '../report/markdown.js';
import { fenced, prose } from '../report/markup.js';
import type { Judgement, PlacedFinding } from './judge.js';
import { withinLength } from './length.js';
import { writeMark } from './marks.js';
import type { Place } from './placement.js';

/** Findings that are told in one comment. */
export interface Matter {
  readonly told: Told;
  readonly ids: readonly string[];
  readonly place: Place | null;
  readonly suggestion: string | null;
}

/** Puts together what a reader would take for one matter. */
export function matters(findings: readonly PlacedFinding[]): Matter[] {
  return gather(findings.map(({ finding }) => finding)).map((told) => {
    const placed = told.map((finding) => findings.find((item) => item.finding === finding)!);
    return {
      told,
      ids: told.map(({ id }) => id),
      place: placed[0]!.place,
      // A change of the same lines for each of several updates would be several changes.
      suggestion: placed.length === 1 ? placed[0]!.suggestion : null,
    };
  });
}

/** The comment that tells a matter at its lines. */
export function commentOf(matter: Matter, patches: Judgement['patches']): string {
  const { suggestion, ids } = matter;
  const instead = suggestion === null ? '' : fenced(suggestion.split('\n'), 'suggestion').join('\n');
  return withinLength(`${describe(matter, patches, instead)}\n`, writeMark({ kind: 'finding', ids }));
}

/** A matter in Markdown: what it is, how the pull request came to it, what helps, and `instead`, which shows that. */
export function describe({ told }: Matter, patches: Judgement['patches'], instead = ''): string {
  const [{ because, patch }] = told;
  const subject = patches.find(({ number }) => number === patch)?.subject ?? '';
  const cause = causeText(because, `"${subject}"`);
  const caused = patches.length > 1 && cause !== null ? [prose(cause)] : [];
  return [...caused, findingMarkdown(told, instead)].join('\n\n');
}

/** The comment, when its finding is not there any more. */
export function goneComment(body: string, ids: readonly string[], head: string): string {
  const text = body.trimEnd().split('\n').slice(0, -1).join('\n').trimEnd();
  const says = `**Gone** with ${head.slice(0, 12)}.\n\n`;
  return withinLength(`${says}${text}\n`, writeMark({ kind: 'gone', ids }));
}
