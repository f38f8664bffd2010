import { causeText, gather, type Told } from '../report/evidence.js';
import { findingMarkdown } from '../report/markdown.js';
import { fenced, prose } from '../report/markup.js';
import type { Judgement, PlacedFinding } from './judge.js';
import { withinLength } from './length.js';
import { writeMark } from './marks.js';
import type { Place } from './placement.js';

/** Findings that are told in one comment. */
export interface Matter {
  /** What it is about; several where folios of several functions come to an update at the same lines. */
  readonly about: readonly [Told, ...Told[]];
  readonly ids: readonly string[];
  readonly place: Place | null;
  readonly suggestion: string | null;
}

/** Puts together what a reader would take for one matter. */
export function matters(findings: readonly PlacedFinding[]): Matter[] {
  const found = new Map<string, Matter>();
  for (const told of gather(findings.map(({ finding }) => finding))) {
    const placed = told.map((finding) => findings.find((item) => item.finding === finding)!);
    const { place } = placed[0]!;
    // A change of the same lines for each of several updates would be several changes.
    const suggestion = placed.length === 1 ? placed[0]!.suggestion : null;
    const ids = told.map(({ id }) => id);
    const key = place === null ? ids.join() : samePlaceKey(told, place);
    const known = found.get(key);
    found.set(
      key,
      known
        ? {
            about: [...known.about, told],
            ids: [...known.ids, ...ids],
            place,
            suggestion: known.suggestion === suggestion ? suggestion : null,
          }
        : { about: [told], ids, place, suggestion },
    );
  }
  return [...found.values()];
}

/** Equal for what one change has done to the same updates at the same lines. */
function samePlaceKey(told: Told, place: Place): string {
  const [{ patch, because, rule }] = told;
  const updates = told.map(({ updater, update, word, line }) => [updater, update, word, line]);
  return JSON.stringify([patch, because, rule, updates, place]);
}

/** The comment that tells a matter at its lines. */
export function commentOf(matter: Matter, patches: Judgement['patches']): string {
  const { suggestion, ids } = matter;
  const instead = suggestion === null ? '' : fenced(suggestion.split('\n'), 'suggestion').join('\n');
  return withinLength(`${describe(matter, patches, instead)}\n`, writeMark({ kind: 'finding', ids }));
}

/** A matter in Markdown: what it is, how the pull request came to it, what helps, and `instead`, which shows that. */
export function describe({ about }: Matter, patches: Judgement['patches'], instead = ''): string {
  const [[{ because, patch }]] = about;
  const subject = patches.find(({ number }) => number === patch)?.subject ?? '';
  const cause = causeText(because, `"${subject}"`);
  const caused = patches.length > 1 && cause !== null ? [prose(cause)] : [];
  return [...caused, findingMarkdown(about, instead)].join('\n\n');
}

/** The comment, when its finding is not there any more. */
export function goneComment(body: string, ids: readonly string[], head: string): string {
  const text = body.trimEnd().split('\n').slice(0, -1).join('\n').trimEnd();
  const says = `**Gone** with ${head.slice(0, 12)}.\n\n`;
  return withinLength(`${says}${text}\n`, writeMark({ kind: 'gone', ids }));
}
