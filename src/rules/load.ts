import { readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import type { z } from 'zod';
import { RectoError } from '../errors.js';
import type { RuleData } from '../folio/contract.js';
import { loadRules } from '../folio/data.js';
import { didYouMean } from '../folio/suggest.js';
import { parseRuleFile, type Locate } from '../folio/yaml.js';
import type { Advice, Check } from './check.js';
import type { Conditions } from './conditions.js';
import { adviceFile, checkOrAdjustment, type CheckFile } from './forms.js';
import { ADVICE_PLACEHOLDERS, MAY_BE_MISSING, TEXT_PLACEHOLDERS } from './placeholders.js';
import { pageOf, SHIPPED_RULES } from './shipped.js';
import { problemOf, unasked } from './template.js';

/** Everything that folders of rules say: what is known of the kernel, and the checks. */
export interface RuleBook extends RuleData {
  /** The first that matches a difference is meant: checks of later folders come first, then by id. */
  readonly checks: readonly Check[];
}

/**
 * Loads folders of rules, the user's own after those that come with Recto.
 *
 * @throws RectoError 'bad-rules' that names file, line and field
 */
export function loadRuleBook(directories: readonly string[]): RuleBook {
  directories.forEach(assertRules);
  const data = loadRules(directories);
  return { ...data, checks: loadChecks(directories) };
}

/** A folder in which nothing is read is a mistake that must not pass unseen. */
function assertRules(directory: string): void {
  const folders = ['.', 'contracts', 'checks', 'advice'].map((folder) => join(directory, folder));
  const files = folders.filter(isFolder).flatMap((folder) => readdirSync(folder));
  // loadRules() says it when there is no such folder.
  if (!isFolder(directory) || files.some((file) => file.endsWith('.yml'))) return;
  const misnamed = files.find((file) => file.endsWith('.yaml'));
  throw new RectoError(
    'bad-rules',
    `There are no rules in ${directory}: ` +
      (misnamed === undefined
        ? 'they are in checks/*.yml, advice/*.yml, contracts/*.yml, races.yml and flags.yml.'
        : `the names of rule files end in .yml, not .yaml as in ${misnamed}.`),
    directory,
  );
}

/**
 * Loads the checks of folders: `checks/*.yml`, with the advice of `advice/*.yml` that they name.
 *
 * @throws RectoError 'bad-rules' that names file, line and field
 */
export function loadChecks(directories: readonly string[]): readonly Check[] {
  const shared = new Map<string, Advice>();
  return directories.reduce<readonly Check[]>((earlier, directory) => {
    addAdvice(shared, directory);
    return addChecks(earlier, directory, shared);
  }, []);
}

function addAdvice(shared: Map<string, Advice>, directory: string): void {
  for (const file of ruleFiles(directory, 'advice')) {
    const { data, locate } = read(file, adviceFile);
    verify(data.text, ADVICE_PLACEHOLDERS, given(data.when), locate(['text']), 'text');
    shared.set(data.id, { when: data.when, text: data.text });
  }
}

/** A check of a later folder replaces one of the same id; a file with id and severity changes the severity alone. */
function addChecks(
  earlier: readonly Check[],
  directory: string,
  shared: ReadonlyMap<string, Advice>,
): readonly Check[] {
  const own: Check[] = [];
  const kept = new Map(earlier.map((check) => [check.id, check]));
  for (const file of ruleFiles(directory, 'checks')) {
    const { data, locate } = read<CheckFile>(file, checkOrAdjustment);
    if (data.kind === 'adjustment') {
      kept.set(data.id, { ...adjusted(data.id, kept, locate), severity: data.severity });
      continue;
    }
    const { id, title, match, severity, text, links } = data;
    verify(text, TEXT_PLACEHOLDERS, [], locate(['text']), 'text');
    const advice = data.advice.map((item, index) => {
      const path = ['advice', index];
      if (typeof item === 'string') return named(item, shared, locate(path), `advice[${index}]`);
      verify(item.text, ADVICE_PLACEHOLDERS, given(item.when), locate(path), `advice[${index}]`);
      return item;
    });
    const pages = resolve(directory) === SHIPPED_RULES ? [pageOf(id), ...links] : links;
    own.push({ id, title, match, severity, text, advice, links: pages, place: locate([]) });
    kept.delete(id);
  }
  return [...own, ...kept.values()];
}

function adjusted(id: string, kept: ReadonlyMap<string, Check>, locate: Locate): Check {
  const known = kept.get(id);
  if (known !== undefined) return known;
  throw badRules(
    locate(['id']),
    `id: there is no check "${id}" whose severity could be changed; ` +
      `a check of your own needs title, match, severity and text${didYouMean(id, kept.keys())}`,
  );
}

function named(name: string, shared: ReadonlyMap<string, Advice>, place: string, field: string): Advice {
  const advice = shared.get(name);
  if (advice !== undefined) return advice;
  const names = [...shared.keys()];
  throw badRules(
    place,
    `${field}: there is no advice "${name}"; there are: ${names.join(', ')}, or write a sentence${didYouMean(name, names)}`,
  );
}

/** Templates are tried when they are read, not when there is something to say with them. */
function verify(
  template: string,
  placeholders: readonly string[],
  given: readonly string[],
  place: string,
  field: string,
): void {
  const problem = problemOf(template, placeholders);
  if (problem !== null) throw badRules(place, `${field}: ${problem}`);
  const name = unasked(
    template,
    MAY_BE_MISSING.filter((name) => !given.includes(name)),
  );
  if (name === null) return;
  throw badRules(
    place,
    `${field}: {{ ${name} }} may be missing: ask for it, {% if ${name} %}... {{ ${name} }} ...{% endif %}`,
  );
}

/** Placeholders that are there where these conditions hold. */
function given({ all }: Conditions): readonly string[] {
  const enough = all.some(
    ({ fact, wanted }) =>
      fact === 'test_is_enough' && wanted.kind === 'one-of' && wanted.values.every((value) => value === true),
  );
  return enough ? ['test', 'why_set'] : [];
}

interface RuleFile {
  readonly path: string;
  /** As errors name it. */
  readonly name: string;
  /** The id that it has to have. */
  readonly id: string;
}

function ruleFiles(directory: string, kind: 'checks' | 'advice'): RuleFile[] {
  const folder = join(directory, kind);
  if (!isFolder(folder)) return [];
  return readdirSync(folder)
    .filter((file) => file.endsWith('.yml'))
    .sort()
    .map((file) => ({
      path: join(folder, file),
      name: join(basename(resolve(directory)), kind, file),
      id: basename(file, '.yml'),
    }));
}

function read<T extends { readonly id: string }>(
  { path, name, id }: RuleFile,
  form: z.ZodType<T> | ((data: object) => z.ZodType<T>),
): { data: T; locate: Locate } {
  const parsed = parseRuleFile(readFileSync(path, 'utf8'), name, form);
  if (parsed.data.id === id) return parsed;
  const place = parsed.locate(['id']);
  throw badRules(place, `id: the name of the file is the id: write "id: ${id}", or rename the file`);
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}

function badRules(place: string, message: string): RectoError {
  return new RectoError('bad-rules', `${place}: ${message}`, place);
}
