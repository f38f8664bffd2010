import type { Cause } from '../analysis/cause.js';
import type { FindingCaller } from '../review/callers.js';
import type { Finding, FindingOrigin } from '../review/finding.js';
import { listed, messageOf, updateName } from '../review/message.js';
import { updateSays } from '../rules/words.js';
import type { FindingRace } from '../review/races.js';
import { counted, table, wrap } from './lines.js';
import type { Style } from './style.js';

/** Findings about one call, whose updates meet the same folio: told once. */
export type Told = readonly [Finding, ...Finding[]];

/** Ways in which a folio gets to an update, and other updates of the word, that are told in full. */
const ORIGINS = 4;
const RACES = 4;
const NAMES = 3;
const CALLERS = 4;

/** Puts together what a reader would take for one matter, in the order in which it first comes up. */
export function gather(findings: readonly Finding[]): readonly Told[] {
  const told = new Map<string, [Finding, ...Finding[]]>();
  for (const finding of findings) {
    const { patch, resolvedBy, because, updater, word, origins } = finding;
    const ways = origins.map((origin) => [origin.ownership, origin.locked, origin.path.slice(0, -1)]);
    const key = JSON.stringify([patch, resolvedBy, because, finding.in, updater, word, ways]);
    const known = told.get(key);
    if (!known) told.set(key, [finding]);
    else if (!known.some(({ id }) => id === finding.id)) known.push(finding);
  }
  return [...told.values()];
}

/** The sentence at the head, after the place: who passes what to whom, and what is not atomic there. */
export function headline(told: Told, style: Style): string[] {
  const [first] = told;
  const { file, line } = first.origins[0] ?? first;
  const place = `${file}:${line}:`;
  const message = told.length === 1 ? first.message : messageOf(told);
  const [top, ...rest] = wrap(`${place} ${message}`);
  return [style.strong(top!), ...rest.map((text) => style.strong(text))];
}

/** What the patch changed so that it came to this. */
export function causeText(because: Cause | null, patch: string): string | null {
  switch (because) {
    case null:
      return null;
    case 'new-caller':
      return `${patch} adds the call.`;
    case 'widened-caller':
      return `The call was there before ${patch}, which lets such a folio get to it.`;
    case 'new-update':
      return `${patch} adds the update.`;
    case 'downgraded-update':
      return `Before ${patch} the update was atomic.`;
    case 'guard-removed':
      return `${patch} removes the test of the flag in front of the update.`;
    case 'protection-removed':
      return `${patch} removes what kept others out there: a frozen refcount, a refcount test or a lock.`;
    case 'published-earlier':
      return `Before ${patch} the update came first, and the folio became visible after it.`;
    case 'reference-moved':
      return `Before ${patch} the update was done with a reference to a folio known to be the right one.`;
  }
}

/** The lines of the tree that show it. */
export function evidence(told: Told, style: Style): string[] {
  const [{ origins }] = told;
  const shown = origins.slice(0, ORIGINS);
  const lines: string[] = [];
  if (shown.length === 1) {
    lines.push('  How it gets there:', ...steps([shown[0]!.path.slice(0, -1)], told, style));
  } else {
    const shared = sharedEnd(shown);
    const ways = shown.map(({ path }) => path.slice(0, path.length - shared));
    lines.push('  Where such folios come from:', ...steps(ways, null, style));
    if (origins.length > shown.length) lines.push(`    and ${origins.length - shown.length} more`);
    const common = shown[0]!.path.slice(-shared, -1);
    lines.push('  From there:', ...steps([common], told, style));
  }
  lines.push(`  ${lockText(origins)}`);
  return lines;
}

type Step = FindingOrigin['path'][number];

/** How many steps at the end are the same on all ways: the update at least. */
function sharedEnd(origins: readonly FindingOrigin[]): number {
  const same = (a: Step | undefined, b: Step | undefined) =>
    a !== undefined && b !== undefined && a.file === b.file && a.line === b.line && a.says === b.says;
  const [first, ...rest] = origins as readonly [FindingOrigin, ...FindingOrigin[]];
  let count = 1;
  while (count < first.path.length - 1) {
    const step = first.path.at(-count - 1);
    if (!rest.every(({ path }) => path.length > count + 1 && same(step, path.at(-count - 1)))) break;
    count++;
  }
  return count;
}

/** Several ways in one table with "or" between, then the updates, when `told` is given. */
function steps(ways: readonly (readonly Step[])[], told: Told | null, style: Style): string[] {
  const updates = (told ?? []).map(({ updater, file, line, update, atomic }) => ({
    function: updater,
    file,
    line,
    says: updateSays(update, atomic),
  }));
  const rows = ways.map((way) => [...way, ...updates]);
  const cells = rows.flat().map((step) => [`${step.file}:${step.line}`, `${step.function}()`, step.says]);
  const set = table(cells, '    ').map(([place, name, says]) => style.place(place!) + name! + says!);
  const lines: string[] = [];
  let at = 0;
  for (const [index, way] of rows.entries()) {
    if (index > 0) lines.push('   or');
    lines.push(...set.slice(at, at + way.length));
    at += way.length;
  }
  return lines;
}

function lockText(origins: readonly FindingOrigin[]): string {
  const locked = origins.map((origin) => origin.locked);
  if (locked.every((held) => held === true)) return 'The folio lock is held there.';
  if (locked.every((held) => held === false)) return 'The folio lock is not held there.';
  if (locked.includes(false)) return 'The folio lock is not held there on every way.';
  return 'Whether the folio lock is held there could not be seen.';
}

/** A few of the updates that can be lost, of different kinds, and how many there are. */
export function racesText(told: Told): string[] {
  const [{ races, atomic }] = told;
  // A memory failure can race with anything; that alone would be no reason to speak up.
  const likely = races.filter(({ update }) => !/hwpoison/i.test(update));
  const shown: FindingRace[] = [];
  for (const race of likely) {
    if (shown.length < RACES && !shown.some(({ why }) => why === race.why)) shown.push(race);
  }
  if (shown.length === 0) return [];
  const lines = [atomic ? '  What it can undo, or be undone by:' : '  What can be lost:'];
  for (const { update, by, why } of shown) {
    lines.push(...wrap(`${updateName(update)}${doneBy(update, by)}: ${why}`, '    ', '      '));
  }
  const others = races.length - shown.length;
  if (others > 0)
    lines.push(`    and ${counted(others, `other ${atomic ? 'plain' : 'atomic'} update`)} of that word`);
  return lines;
}

function doneBy(update: string, by: readonly string[]): string {
  const names = by.filter((name) => name !== update).map((name) => `${name}()`);
  if (names.length === 0) return '';
  const more = names.length > NAMES ? [`${names.length - NAMES + 1} more`] : [];
  const some = more.length > 0 ? names.slice(0, NAMES - 1) : names;
  return ` in ${listed([...some, ...more])}`;
}

/** What other callers pass, and how to say it; what says most comes last. */
const PASSES: readonly (readonly [kind: FindingCaller['passes'], one: string, several: string])[] = [
  ['owned', 'passes folios that nobody else can see yet', 'pass folios that nobody else can see yet'],
  ['passed', 'passes on what it is given', 'pass on what they are given'],
  ['unknown', 'passes folios of which nothing could be seen', 'pass folios of which nothing could be seen'],
  ['visible', 'passes folios that others can see, too', 'pass folios that others can see, too'],
];

/** What other callers of the same function pass. */
export function callersText([{ callee, callers }]: Told): string[] {
  if (callee === null || callers.length === 0) return [];
  // A function that calls it twice is told once.
  const kinds = new Map<string, number>();
  for (const { function: name, passes } of callers) {
    const kind = PASSES.findIndex(([known]) => known === passes);
    kinds.set(name, Math.max(kind, kinds.get(name) ?? 0));
  }
  const lines = wrap(`Other callers of ${callee}():`, '  ');
  for (const [index, [, one, several]] of PASSES.entries()) {
    const names = [...kinds].filter(([, kind]) => kind === index).map(([name]) => `${name}()`);
    if (names.length === 0) continue;
    const some =
      names.length > CALLERS ? [...names.slice(0, CALLERS - 1), `${names.length - CALLERS + 1} more`] : names;
    lines.push(...wrap(`${listed(some)} ${names.length === 1 ? one : several}`, '    ', '      '));
  }
  return lines;
}

/** What to do about it, the cheapest first. */
export function adviceText(told: Told): string[] {
  const advice = [...new Set(told.flatMap((finding) => finding.advice))];
  if (advice.length === 0) return [];
  return [
    advice.length === 1 ? '  What helps:' : '  What helps, the cheapest first:',
    ...advice.flatMap((text) => wrap(text, '    - ', '      ')),
  ];
}

/** The line at the end that tells the finding from others. */
export function lastLine(told: Told, style: Style): string {
  const [{ severity, confidence }] = told;
  const ids = told.map(({ id }) => id).join(', ');
  return style.quiet(`  severity ${severity}, confidence ${confidence}, id ${ids}`);
}
