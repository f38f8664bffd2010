import type { Finding } from '../review/finding.js';
import { updateName } from '../review/message.js';
import { effectOf, type FindingRace, type UpdatePlace } from '../review/races.js';
import { printable } from './lines.js';

/** Two CPUs of which one loses what the other has done. */
export interface Interleaving {
  readonly race: FindingRace;
  /** Who makes the update that is lost; file and line where the tree is at hand. */
  readonly by: { readonly function: string; readonly place: UpdatePlace | null };
  /** The drawing, in two columns. */
  readonly lines: readonly string[];
  /** The same for pages that may be as narrow as a phone: what CPU 1 does stands below what CPU 0 did before. */
  readonly narrow: readonly string[];
}

/** As the code names the word. */
const WORDS: Readonly<Record<Finding['word'], string>> = {
  head: 'folio->flags',
  second: 'folio->_flags_1',
  tail: 'page->flags',
};

/**
 * Draws one interleaving that loses an update. Null when none can be drawn for certain: when another lock, of which
 * the analysis does not know whether it is held, may keep the other CPU out.
 */
export function interleaving(finding: Finding): Interleaving | null {
  const race = possibleRaces(finding)[0];
  if (!race) return null;
  const place = race.at[0] ?? null;
  const name = place?.function ?? race.by[0] ?? race.update;
  const rows = draw(finding, race, name);
  return { race, by: { function: name, place }, lines: columns(rows), narrow: staggered(rows) };
}

/**
 * The updates that can be lost whatever else holds there, those that the tree shows first. A memory failure can race
 * with anything, and is no reason to speak up.
 */
export function possibleRaces({ races }: Finding): readonly FindingRace[] {
  const possible = races.filter(({ certain, update }) => certain && !isMemoryFailure(update));
  const seen = possible.filter(({ at }) => at.length > 0);
  return seen.length > 0 ? seen : possible;
}

/** Is it an update that only a memory failure makes? */
export function isMemoryFailure(update: string): boolean {
  return /hwpoison/i.test(update);
}

/** What CPU 0 or CPU 1 does at a time; the first row names them. */
type Row = readonly [left: string, right: string];

function draw(finding: Finding, race: FindingRace, by: string): readonly [Row, ...Row[]] {
  return finding.atomic ? drawOwner(finding, race, by) : drawOurs(finding, race, by);
}

/** Our load and store, and the update of somebody else in between. */
function drawOurs(
  { in: holder, updater, callee, update, word }: Finding,
  race: FindingRace,
  by: string,
): readonly [Row, ...Row[]] {
  const { before, after } = PHASES[race.does];
  const outer = callee === null ? '' : '  ';
  const own = race.update === by ? '' : `${updateName(race.update)}: `;
  return [
    [`CPU 0: ${holder}()`, `CPU 1: ${by}()`],
    ...(callee === null ? [] : [[`${updater}()`, ''] satisfies Row]),
    [`${outer}${updateName(update)}`, ''],
    [`${outer}  load ${WORDS[word]}: ${race.flag} ${before}`, ''],
    ['', `${own}${race.flag} ${after}`],
    [`${outer}  store ${WORDS[word]}: ${race.flag} ${before} again`, ''],
  ];
}

/** The load and store of an owner who takes the folio for his alone, and our atomic update in between. */
function drawOwner(
  { in: holder, update, word, flag }: Finding,
  race: FindingRace,
  by: string,
): readonly [Row, ...Row[]] {
  const { before, after } = PHASES[effectOf(update)];
  return [
    [`CPU 0: ${by}()`, `CPU 1: ${holder}()`],
    [updateName(race.update), ''],
    [`  load ${WORDS[word]}: ${flag} ${before}`, ''],
    ['', `${updateName(update)}: ${flag} ${after}`],
    [`  store ${WORDS[word]}: ${flag} ${before} again`, ''],
  ];
}

function columns(rows: readonly Row[]): readonly string[] {
  const shown = rows.map(([left, right]) => [printable(left), printable(right)] as const);
  const width = Math.max(...shown.map(([left]) => left.length)) + 3;
  return shown.map(([left, right]) => `  ${left.padEnd(width)}${right}`.trimEnd());
}

/** What CPU 1 does begins so far to the right. */
const ASIDE = ' '.repeat(8);

function staggered([[own, other], ...rows]: readonly [Row, ...Row[]]): readonly string[] {
  const meeting = rows.findIndex(([, right]) => right !== '');
  const lines = rows.map(([left, right]) => (right === '' ? left : ASIDE + right));
  return [own, ...lines.toSpliced(meeting, 0, ASIDE + other)].map(printable);
}

/** The flag as CPU 0 loads and stores it, and as CPU 1 leaves it. */
const PHASES: Readonly<Record<FindingRace['does'], { before: string; after: string }>> = {
  sets: { before: 'clear', after: 'set' },
  clears: { before: 'set', after: 'clear' },
  changes: { before: 'old', after: 'changed' },
};
