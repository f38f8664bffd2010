import { readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { RectoError } from '../errors.js';
import type { RuleData } from '../folio/contract.js';
import { loadRules } from '../folio/data.js';
import { didYouMean } from '../folio/suggest.js';
import { parseRuleFile } from '../folio/yaml.js';
import type { Check } from './check.js';
import { checkOrAdjustment, type CheckFile } from './forms.js';
import { pageOf, SHIPPED_RULES } from './shipped.js';

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
  const data = loadRules(directories);
  return { ...data, checks: directories.reduce(addChecks, []) };
}

/** A check of a later folder replaces one of the same id; a file with id and severity changes the severity alone. */
function addChecks(earlier: readonly Check[], directory: string): readonly Check[] {
  const own: Check[] = [];
  const kept = new Map(earlier.map((check) => [check.id, check]));
  for (const { path, file, name } of checkFiles(directory)) {
    const { data, locate } = parseRuleFile<CheckFile>(readFileSync(path, 'utf8'), name, checkOrAdjustment);
    const id = basename(file, '.yml');
    if (data.id !== id) {
      const place = locate(['id']);
      throw badRules(
        place,
        `id: the id of a check is the name of its file: write "${id}", or rename the file`,
      );
    }
    if (data.kind === 'check') {
      const { title, match, severity, links } = data;
      const shipped = resolve(directory) === SHIPPED_RULES;
      own.push({
        id,
        title,
        match,
        severity,
        links: shipped ? [pageOf(id), ...links] : links,
        place: locate([]),
      });
      kept.delete(id);
    } else {
      const known = kept.get(id);
      if (known === undefined) {
        const place = locate(['id']);
        const why = 'a file with a severity alone changes that of a check which is there already';
        throw badRules(place, `id: there is no check "${id}"${didYouMean(id, kept.keys())} (${why})`);
      }
      kept.set(id, { ...known, severity: data.severity });
    }
  }
  return [...own, ...kept.values()];
}

function checkFiles(directory: string): { path: string; file: string; name: string }[] {
  const folder = join(directory, 'checks');
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() !== true) return [];
  return readdirSync(folder)
    .filter((file) => file.endsWith('.yml'))
    .sort()
    .map((file) => ({
      path: join(folder, file),
      file,
      name: join(basename(resolve(directory)), 'checks', file),
    }));
}

function badRules(place: string, message: string): RectoError {
  return new RectoError('bad-rules', `${place}: ${message}`, place);
}
