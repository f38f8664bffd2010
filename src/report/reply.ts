import type { AppliedPatch } from '../review/applied.js';
import type { Finding, FindingOrigin } from '../review/finding.js';
import { listed, messageOf, updateName } from '../review/message.js';
import type { Review } from '../review/review.js';
import { seenThrough } from '../rules/words.js';
import { causeText, type Told } from './evidence.js';
import { interleaving, isMemoryFailure, possibleRaces } from './interleaving.js';
import { printable, wrap } from './lines.js';
import { findingsOf, mattersOf, type Matter } from './matter.js';
import { quote, type Quotation } from './quote.js';

/** Columns of our own words in a mail. */
const COLUMNS = 72;

/** Further updates that can be lost, named in one sentence. */
const OTHERS = 3;

/**
 * The body of a mail that answers a patch: what is wrong with it, under the lines that it is about. Null when there
 * is nothing to say about it.
 *
 * @param patchNumber number in the series, from 1
 */
export function replyBody(review: Review, patchNumber: number): string | null {
  const applied = review.patches.find(({ patch }) => patch.number === patchNumber);
  const matters = mattersOf(review, patchNumber);
  if (!applied || matters.length === 0) return null;
  const parts = [
    attribution(applied),
    ...matters.flatMap((matter) => matterParts(matter, applied, review)),
    caveats(review, matters),
    signature(matters),
  ];
  return parts
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n') + '\n')
    .join('\n');
}

/** Who wrote what is quoted. Of a patch that was itself quoted the author is not certain. */
function attribution({ patch }: AppliedPatch): string[] {
  if (patch.author === null || patch.date === null || patch.quoted) return [];
  const name = patch.author.replace(/\s*<.*/, '').replace(/^"(.*)"$/, '$1');
  const date = new Date(patch.date).toUTCString().replace('GMT', '+0000');
  return wrap(`On ${date}, ${name} wrote:`, '', '', COLUMNS);
}

/** One matter: each call under its lines, then what is the same for all. */
function matterParts(matter: Matter, applied: AppliedPatch, review: Review): string[][] {
  const [first, ...others] = matter;
  return [
    quoted(applied, first),
    [...own(messageOf(first)), ...own(cause(first, review))],
    ways(first, true),
    ...others.flatMap((told) => [quoted(applied, told), own(likewise(told)), ways(told, false)]),
    own(locks(matter)),
    ...losses(first[0]),
    otherCallers(matter),
    advice(matter),
  ];
}

function own(text: string | null): string[] {
  return text === null || text === '' ? [] : wrap(text, '', '', COLUMNS);
}

// ---- the quotation

function quoted(applied: AppliedPatch, told: Told): string[] {
  const quotation = quote(applied, placesOf(told));
  return quotation === null ? [] : quotationLines(quotation);
}

function quotationLines({ header, section, lines }: Quotation): string[] {
  return [header, section, ...lines].map((line) => (line === null ? '[...]' : `> ${untouched(line)}`));
}

/** A line as it is, tabs too, but for what does something to a terminal. */
function untouched(line: string): string {
  return line.split('\t').map(printable).join('\t');
}

/** What a comment can stand under, the best first: the call or the update, then the steps that lead there. */
function placesOf([{ origins, file, line }]: Told): { file: string; line: number }[] {
  const steps = origins.flatMap(({ path }) => [...path].reverse());
  return [...origins, { file, line }, ...steps];
}

// ---- what happens there

/** A call that is added is in the quotation; what else the patch has changed needs words. */
function cause([{ because, resolvedBy, patch }]: Told, { patches }: Review): string | null {
  const name = patches.length > 1 ? `patch ${patch}` : 'the patch';
  const parts = [
    because === 'new-caller' ? null : causeText(because, name),
    resolvedBy === null
      ? null
      : `Patch ${resolvedBy} takes it back, but a bisection can end up between the two.`,
  ].filter((part) => part !== null);
  return parts.length === 0 ? null : capitalised(parts.join(' '));
}

function likewise([{ in: holder, origins }]: Told): string {
  const through = seenThrough(origins.flatMap(({ visible }) => visible));
  const which = through === null ? 'others may see' : `is visible through ${through}`;
  return `${holder}() does the same with a folio that ${which}:`;
}

/** Where the folios come from, and the update they come to. */
function ways(told: Told, withUpdate: boolean): string[] {
  const [{ origins, in: holder }] = told;
  const rows: (readonly [string, string] | null)[] = [];
  const seen = new Set<string>();
  for (const origin of origins) {
    const steps = stepsOf(origin);
    const key = JSON.stringify(steps);
    if (seen.has(key)) continue;
    seen.add(key);
    if (rows.length > 0) rows.push(null);
    for (const step of steps) rows.push(row(step, holder));
  }
  const calls = origins[0]?.path.filter(({ says }) => says.startsWith('calls ')) ?? [];
  if (withUpdate) {
    if (origins.length > 1 && calls.length > 0) rows.push(null);
    for (const call of calls) rows.push(row(call, holder));
    for (const { file, line, updater, update } of told) {
      rows.push(row({ function: updater, file, line, says: `${updateName(update)}` }, holder));
    }
  }
  return tableLines(rows, withUpdate);
}

type Step = FindingOrigin['path'][number];

/** The steps up to the calls: how the folio was made stays out when it was returned from there. */
function stepsOf({ path }: FindingOrigin): readonly Step[] {
  const before = path.slice(0, -1).filter(({ says }) => !says.startsWith('calls '));
  const returned = before.findLastIndex(({ says }) => says.endsWith('() returns it'));
  return returned > 0 ? before.slice(returned) : before;
}

function row({ function: name, file, line, says }: Step, holder: string): readonly [string, string] {
  return [`${file}:${line}`, name === holder ? says : `${name}(): ${says}`];
}

/** Places and what is to be seen there; null stands for "or". */
function tableLines(rows: readonly (readonly [string, string] | null)[], withUpdate: boolean): string[] {
  const width = Math.max(...rows.map((item) => (item === null ? 0 : printable(item[0]).length))) + 2;
  const lastGap = withUpdate ? rows.lastIndexOf(null) : -1;
  return rows.flatMap((item, index) => {
    if (item === null) return index === lastGap ? ['and from there'] : ['or'];
    const [place, says] = item;
    return wrap(says, `  ${printable(place).padEnd(width)}`, ' '.repeat(width + 2), COLUMNS);
  });
}

function locks(matter: Matter): string {
  const states = new Set(findingsOf(matter).flatMap(({ origins }) => origins.map(({ locked }) => locked)));
  const [only] = states;
  if (states.size === 1 && only === true)
    return 'The folio lock is held, but that does not keep others from the other bits:';
  if (states.size === 1 && only === false) return 'The folio lock is not held.';
  if (states.has(false)) return 'The folio lock is not held on every way.';
  return 'Whether the folio lock is held could not be seen.';
}

// ---- what is lost

function losses(finding: Finding): string[][] {
  const drawn = interleaving(finding);
  if (drawn === null) return [own(undrawn(finding))];
  const { race, by } = drawn;
  const others = possibleRaces(finding)
    .filter(
      ({ flag }, index, all) => flag !== race.flag && all.findIndex((other) => other.flag === flag) === index,
    )
    .slice(0, OTHERS)
    .map(({ flag, at, by: names }) => {
      const place = at[0];
      return place
        ? `${flag} (${place.function}(), ${place.file}:${place.line})`
        : `${flag} (${names[0] ?? ''}())`;
    });
  const undone = {
    sets: `The store clears ${race.flag} again, which ${by.function}() has just set.`,
    clears: `The store sets ${race.flag} again, which ${by.function}() has just cleared.`,
    changes: `The store takes back what ${by.function}() has just done to ${race.flag}.`,
  }[race.does];
  const more = others.length === 0 ? '' : ` The same can happen to ${listed(others)}.`;
  return [[...drawn.lines], own(undone + more)];
}

/** What may be lost, where it could not be seen whether something keeps it out. */
function undrawn({ races }: Finding): string {
  const names = races.filter(({ update }) => !isMemoryFailure(update)).slice(0, OTHERS);
  const told = names.map(({ update, why }) => `${updateName(update)} (${why})`);
  return `What can be lost, unless a lock that could not be seen keeps it out: ${told.join('; ')}.`;
}

function otherCallers(matter: Matter): string[] {
  const [[first]] = matter;
  const names = new Set(matter.map(([{ in: holder }]) => holder));
  const owned = first.callers.filter(({ function: name, passes }) => passes === 'owned' && !names.has(name));
  if (owned.length === 0 || first.callee === null) return [];
  const some = [...new Set(owned.map(({ function: name }) => `${name}()`))].slice(0, 3);
  return own(
    `Other callers of ${first.callee}() pass folios that nobody else can see yet: ${listed(some)} for example.`,
  );
}

// ---- what to do

/** Only what helps with all of it. */
function advice(matter: Matter): string[] {
  const [first, ...others] = findingsOf(matter) as [Finding, ...Finding[]];
  const lead = (text: string) => text.split(':')[0]!;
  const common = first.advice.filter((text) =>
    others.every((finding) => finding.advice.some((other) => lead(other) === lead(text))),
  );
  if (common.length === 0) return [];
  const head = common.length === 1 ? 'A way out:' : 'Ways out, the cheapest first:';
  return [head, ...common.flatMap((text) => wrap(text, '- ', '  ', COLUMNS))];
}

/** What was looked at, and what was not. */
function caveats(review: Review, matters: readonly Matter[]): string[] {
  const [first] = matters.flatMap(findingsOf);
  const unknown = (first?.callers ?? []).filter(({ passes }) => passes === 'unknown');
  const names = [...new Set(unknown.map(({ function: name }) => `${name}()`))];
  const base = review.base?.commit?.slice(0, 12) ?? review.tree;
  const sentences = [
    `Found by reading ${base} with the patch applied, not by running it; line numbers are those of that tree.`,
    'Locks other than the folio lock were not looked at.',
    names.length === 0
      ? ''
      : `What ${listed(names)} ${names.length === 1 ? 'passes' : 'pass'} could not be seen.`,
    ...review.series.notes.map((note) => `${capitalised(note).replace(/\.$/, '')}.`),
  ];
  return own(sentences.filter((text) => text !== '').join(' '));
}

/** Characters of an id that tell it from others, as git does it. */
const SHORT = 7;

function signature(matters: readonly Matter[]): string[] {
  const findings = matters.flatMap(findingsOf);
  const ids = findings.map(({ id }) => id.slice(0, SHORT));
  return [[...ids, findings[0]?.link ?? ''].join(' ').trimEnd()];
}

function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
