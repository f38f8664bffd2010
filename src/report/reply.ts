import type { AppliedPatch } from '../review/applied.js';
import type { Finding, FindingOrigin } from '../review/finding.js';
import { listed, messageOf, updateName } from '../review/message.js';
import type { Review } from '../review/review.js';
import { causeText, type Told } from './evidence.js';
import { interleaving, isMemoryFailure, possibleRaces } from './interleaving.js';
import { printable, wrap } from './lines.js';
import { commonAdvice, findingsOf, likewise, mattersOf, type Matter } from './matter.js';
import { quote, type Quotation } from './quote.js';

/** Columns of our own words in a mail. */
const COLUMNS = 72;

/** Further updates that can be lost, named in one sentence. */
const OTHERS = 2;
/** Other callers, named in one sentence. */
const NAMES = 3;

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
  return own(`On ${date}, ${name} wrote:`);
}

/** One matter: each call under its lines, then what is the same for all. */
function matterParts(matter: Matter, applied: AppliedPatch, review: Review): string[][] {
  const [first, ...others] = matter;
  return [
    quoted(applied, first),
    [...own(messageOf(first)), ...own(cause(first, review))],
    ways(first, true),
    ...others.flatMap((told) => [quoted(applied, told), [...own(likewise(told)), ...ways(told, false)]]),
    ...losses(matter),
    otherCallers(matter),
    advice(matter),
  ];
}

/** Our own words; no line of them looks like a quotation or the beginning of another mail. */
function own(text: string | null): string[] {
  if (text === null || text === '') return [];
  return wrap(text, '', '', COLUMNS).map((line) => (/^(?:>|From )/.test(line) ? ` ${line}` : line));
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

/** One line of the evidence; `mark` says how it follows from those above. */
interface Row {
  readonly mark: '' | 'or' | 'then';
  readonly place: string;
  readonly says: string;
}

/** Where the folios come from, and the update they come to. */
function ways(told: Told, withUpdate: boolean): string[] {
  const [{ origins, in: holder }] = told;
  const seen = new Set(origins.flatMap(({ visible }) => visible));
  const rowOf = ({ function: name, file, line, says }: Step): Row => {
    const text = name === holder ? says : `${name}(): ${says}`;
    return { mark: '', place: `${file}:${line}`, says: withoutPlaces(text, seen) };
  };
  const rows: Row[] = [];
  const known = new Set<string>();
  for (const origin of origins) {
    const steps = stepsOf(origin).map(rowOf);
    const key = JSON.stringify(steps);
    if (known.has(key)) continue;
    rows.push(
      ...steps.map((row, at) => (at === 0 && known.size > 0 ? { ...row, mark: 'or' as const } : row)),
    );
    known.add(key);
  }
  const calls = origins[0]?.path.filter(({ says }) => says.startsWith('calls ')) ?? [];
  const down = withUpdate ? calls : calls.filter((call) => call.function === holder);
  const updates = told.map(({ file, line, update }) => ({
    // The call above names the function that holds it.
    function: holder,
    file,
    line,
    says: updateName(update),
  }));
  [...down, ...(withUpdate ? updates : [])].map(rowOf).forEach((row, at) => {
    rows.push(at === 0 && known.size > 1 ? { ...row, mark: 'then' } : row);
  });
  return rowLines(rows);
}

type Step = FindingOrigin['path'][number];

/** The steps up to the calls. A folio that is returned as it was made needs no word on how. */
function stepsOf({ path }: FindingOrigin): readonly Step[] {
  const before = path.slice(0, -1).filter(({ says }) => !says.startsWith('calls '));
  const isReturned = ({ says }: Step) => says.endsWith('() returns it');
  const isMade = ({ says }: Step) => says.endsWith('() allocates it');
  const last = before.findLastIndex(isReturned);
  const telling = before.findIndex((step) => !isReturned(step) && !isMade(step));
  return before.filter((step, at) => {
    if (isReturned(step)) return at === last;
    return !isMade(step) || last < 0 || last > telling;
  });
}

/** Where the folio can be seen is said above, when that is all of it. */
function withoutPlaces(says: string, seen: ReadonlySet<string>): string {
  const [what, places] = says.split(', visible through ');
  const said = places?.split(' and ').every((place) => seen.has(place)) ?? false;
  return said ? what! : says;
}

function rowLines(rows: readonly Row[]): string[] {
  const marks = Math.max(...rows.map(({ mark }) => mark.length));
  const margin = marks === 0 ? 2 : marks + 1;
  const width = Math.max(...rows.map(({ place }) => printable(place).length)) + 2;
  return rows.flatMap(({ mark, place, says }) =>
    wrap(says, mark.padEnd(margin) + printable(place).padEnd(width), ' '.repeat(margin + width), COLUMNS),
  );
}

// ---- what is lost

/** Which locks are held there, up to what follows from it. */
function locks(matter: Matter): string {
  const states = new Set(findingsOf(matter).flatMap(({ origins }) => origins.map(({ locked }) => locked)));
  const [only] = states;
  if (states.size === 1 && only === true) return 'The folio lock is held there, but';
  if (states.size === 1 && only === false) return 'The folio lock is not held there, and';
  if (states.has(false)) return 'The folio lock is not held there on every way, and';
  return 'It could not be seen whether the folio lock is held there, but';
}

function losses(matter: Matter): string[][] {
  const [[finding]] = matter;
  const drawn = interleaving(finding);
  if (drawn === null) return [own(`${locks(matter)} ${undrawn(finding)}`)];
  const { race, by, lines } = drawn;
  const who = by.place ? `${by.function}() (${by.place.file}:${by.place.line})` : `${by.function}()`;
  if (finding.atomic) {
    const back = `The store takes back what ${finding.in}() has just done to ${finding.flag}.`;
    return [own(`${locks(matter)} ${race.why}:`), [...lines], own(back)];
  }
  const undone = {
    sets: `The store clears ${race.flag} again, which ${who} has just set.`,
    clears: `The store sets ${race.flag} again, which ${who} has just cleared.`,
    changes: `The store takes back what ${who} has just done to ${race.flag}.`,
  }[race.does];
  return [own(`${locks(matter)} ${race.why}:`), [...lines], own(undone + others(matter, race.flag))];
}

/** Other bits of the word with which the same can happen. */
function others(matter: Matter, drawn: string): string {
  const flags = new Set([drawn, ...matter.flat().map(({ flag }) => flag)]);
  const names: string[] = [];
  for (const { flag, at, by } of possibleRaces(matter[0][0])) {
    if (flags.has(flag) || names.length === OTHERS) continue;
    flags.add(flag);
    const place = at[0];
    names.push(
      place ? `${flag} (${place.function}(), ${place.file}:${place.line})` : `${flag} (${by[0] ?? ''}())`,
    );
  }
  return names.length === 0 ? '' : ` The same can happen to ${listed(names)}.`;
}

/** What may be lost, where it could not be seen whether something keeps it out. */
function undrawn({ races }: Finding): string {
  const names = races.filter(({ update }) => !isMemoryFailure(update)).slice(0, OTHERS);
  const told = names.map(({ update, why }) => `${updateName(update)} (${why})`);
  return `unless a lock that could not be seen keeps it out, this can be lost: ${told.join('; ')}.`;
}

function otherCallers(matter: Matter): string[] {
  const [[first]] = matter;
  const names = new Set(matter.map(([{ in: holder }]) => holder));
  if (first.atomic) return [];
  const owned = first.callers.filter(({ function: name, passes }) => passes === 'owned' && !names.has(name));
  if (owned.length === 0 || first.callee === null) return [];
  const all = [...new Set(owned.map(({ function: name }) => `${name}()`))];
  const some = all.length > NAMES ? `${all.slice(0, NAMES).join(', ')} ...` : all.join(', ');
  return own(`Other callers (${some}) pass folios that nobody else can see yet.`);
}

// ---- what to do

function advice(matter: Matter): string[] {
  const texts = commonAdvice(matter);
  if (texts.length === 0) return [];
  const updates = new Set(findingsOf(matter).map(({ update }) => update));
  const alone = updates.size === 1 && texts.length > 1;
  const head = alone ? 'Ways out, the cheapest first:' : texts.length === 1 ? 'A way out:' : 'What helps:';
  return [head, ...texts.flatMap((text) => wrap(text, '- ', '  ', COLUMNS))];
}

/** What was looked at, and what was not. */
function caveats(review: Review, matters: readonly Matter[]): string[] {
  const [first] = matters.flatMap(findingsOf);
  const unknown = (first?.callers ?? []).filter(({ passes }) => passes === 'unknown');
  const names = [...new Set(unknown.map(({ function: name }) => `${name}()`))];
  const base = review.base?.commit.slice(0, 12) ?? `the folder ${review.tree}`;
  const how = review.snapshot
    ? `Read against the ${review.tree} snapshot, no tree given: of the code around the patch only what is known of that release was seen`
    : `This is from reading ${base} with the patch, not a run`;
  const sentences = [
    `${how}; no lock but the folio lock was looked at.`,
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
