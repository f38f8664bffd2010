import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import type { Outcome } from '../../src/folio/contract.js';
import { loadRules } from '../../src/folio/data.js';
import { PAGE_FLAGS_HEADER, readFlagModel } from '../../src/folio/header.js';
import { holdsFor } from '../../src/folio/versions.js';
import { arity, kernelNames } from './kernel-names.js';
import { kernelTree, missingTool } from './kernel-tree.js';

const rules = loadRules([fileURLToPath(new URL('../../rules', import.meta.url))]);
const VERSIONS = ['6.1', '6.12'] as const;
const missing = [missingTool('ctags'), ...VERSIONS.map((version) => kernelTree(version).missing)].find(
  (reason) => reason !== null,
);

/** Defined by each architecture, which the prepared trees leave out: it is enough that they are used. */
const PER_ARCHITECTURE = new Set([
  'pte_page',
  'pmd_page',
  'pud_page',
  'pte_pfn',
  'pmd_pfn',
  'pud_pfn',
  'mk_pte',
  'mk_pmd',
  'mk_huge_pmd',
  'pte_mkdirty',
  'pte_mkwrite',
  'pte_mkyoung',
  'pte_mkold',
  'pte_mkspecial',
  'pte_mkuffd_wp',
  'pte_mksoft_dirty',
  'pmd_mkdirty',
  'pmd_mkyoung',
  'pmd_mkhuge',
  'set_pte_at',
  'set_pmd_at',
  'set_pud_at',
  'virt_to_page',
  'page_to_virt',
]);

describe.skipIf(missing)(`the rules name what the kernel has${missing ? `: ${missing}` : ''}`, () => {
  if (missing) return;
  const trees = VERSIONS.map((version) => {
    const { path } = kernelTree(version);
    const header = readFileSync(join(path, PAGE_FLAGS_HEADER), 'utf8');
    return {
      version,
      path,
      names: kernelNames(path),
      model: readFlagModel(new Map([[PAGE_FLAGS_HEADER, header]])),
    };
  });

  const defined = (name: string) =>
    trees.some((tree) => tree.names.arities.has(name) || tree.model.accessors.has(name));

  it('functions of contracts, in every tree that the entry is for', () => {
    const wrong = [...rules.contracts, ...rules.arguments].flatMap((contract) => {
      const name = contract.function;
      // The trees here have mm, include, fs, kernel and lib.
      if (PER_ARCHITECTURE.has(name) || /^(arch|virt|drivers)\//.test(contract.source)) return [];
      const covered = trees.filter((tree) => holdsFor(contract, tree.version));
      const found = covered.filter(
        (tree) => tree.names.arities.has(name) || tree.model.pageTypeAccessors.has(name),
      );
      const ranged = contract.since !== null || contract.until !== null;
      const complete = ranged ? found.length === covered.length && found.length > 0 : found.length > 0;
      return complete ? [] : [`${contract.place}: ${name}`];
    });
    expect(wrong).toEqual([]);
  });

  it('functions that each architecture defines are used', () => {
    const { path } = kernelTree('6.12');
    for (const name of PER_ARCHITECTURE) {
      const args = ['grep', '-l', '-w', name, '--', 'mm', 'include'];
      expect(execFileSync('git', args, { cwd: path, encoding: 'utf8' }), name).not.toBe('');
    }
  });

  it('arguments of contracts', () => {
    const wrong = rules.contracts.flatMap((contract) =>
      trees
        .filter((tree) => holdsFor(contract, tree.version))
        .flatMap((tree) => [...(tree.names.arities.get(contract.function) ?? [])])
        .filter((count) => count !== null && largestArgument(contract.outcomes) >= count)
        .map((count) => `${contract.place}: ${contract.function} takes ${count}`),
    );
    expect(wrong).toEqual([]);
  });

  it('arguments that functions are given', () => {
    const wrong = rules.arguments.flatMap((given) =>
      trees
        .filter((tree) => holdsFor(given, tree.version))
        .flatMap((tree) => [...(tree.names.arities.get(given.function) ?? [])])
        .filter((count) => count !== null && given.arguments.some(({ argument }) => argument >= count))
        .map((count) => `${given.place}: ${given.function} takes ${count}`),
    );
    expect(wrong).toEqual([]);
  });

  it('struct fields', () => {
    const known = (field: string) => trees.some((tree) => tree.names.members.has(field));
    const wrong = rules.fields.filter(({ struct, field }) => !known(`${struct}.${field}`));
    expect(wrong.map(({ place, struct, field }) => `${place}: ${struct}.${field}`)).toEqual([]);
  });

  it('slots of callbacks and their arguments', () => {
    const wrong = rules.callbacks.flatMap((callback) => {
      const { struct, field, place } = callback;
      const counts = trees.flatMap(({ path }) => slotArities(path, struct, field));
      const largest = Math.max(
        -1,
        ...callback.arguments.map(({ argument }) => argument),
        largestArgument(callback.outcomes),
      );
      if (counts.length === 0) return [`${place}: ${struct}.${field} is nowhere`];
      return counts
        .filter((count) => count !== null && largest >= count)
        .map((count) => `${place}: takes ${count}`);
    });
    expect(wrong).toEqual([]);
  });

  it('functions and flags of races and meanings', () => {
    const names = [
      ...rules.races.flatMap((race) =>
        [race.update, ...race.by].map((name) => ({ name, place: race.place })),
      ),
      ...rules.meanings.flatMap((meaning) =>
        [...meaning.setBy, ...meaning.clearedBy].map((name) => ({ name, place: meaning.place })),
      ),
    ];
    expect(names.filter(({ name }) => !defined(name)).map(({ name, place }) => `${place}: ${name}`)).toEqual(
      [],
    );
    // States that no bit stands for have a function that tests them.
    const states = new Set(
      rules.contracts.flatMap(({ outcomes }) => outcomes.map(({ tests }) => tests?.state)),
    );
    const flag = (name: string) =>
      GENERATIONS.has(name) || states.has(name) || trees.some((tree) => tree.model.flags.has(name));
    const flags = [...rules.races, ...rules.meanings].filter((entry) => !flag(entry.flag));
    expect(flags.map(({ flag: name, place }) => `${place}: ${name}`)).toEqual([]);
  });

  it('races are atomic, and in the word that they say', () => {
    const wrong = rules.races.flatMap((race) =>
      trees.flatMap((tree) => {
        const accessor = tree.model.accessors.get(race.update);
        if (accessor === undefined) return [];
        const word = accessor.word === 'self' || race.word === 'any' || accessor.word === race.word;
        return accessor.atomic && accessor.flag === race.flag && word
          ? []
          : [`${race.place}: ${race.update}`];
      }),
    );
    expect(wrong).toEqual([]);
  });
});

/** Fields of the word that are no bits of the enum: the multi-generational LRU keeps generation and tier there. */
const GENERATIONS = new Set(['lru_gen', 'lru_refs']);

function largestArgument(outcomes: readonly Outcome[]): number {
  const all = outcomes.flatMap((outcome) => [
    ...outcome.publishes.map(({ argument }) => argument),
    ...outcome.removes.map(({ argument }) => argument),
    ...outcome.gives.map(({ argument }) => argument),
    ...outcome.locks,
    ...outcome.unlocks,
    ...outcome.stores.map(({ argument }) => argument),
    ...outcome.fills.map(({ argument }) => argument),
    ...outcome.collects.flatMap(({ argument, into }) => [argument, into]),
    ...(outcome.returns !== null && 'argument' in outcome.returns ? [outcome.returns.argument] : []),
  ]);
  return Math.max(-1, ...all);
}

/** How many arguments the functions in a slot take, or those of a function type. */
function slotArities(tree: string, struct: string, field: string | null): (number | null)[] {
  const pattern = field === null ? `typedef .*\\b${struct}\\)?\\(` : `^struct ${struct} \\{`;
  const args = ['grep', '-h', '-P', '-A200', pattern, '--', 'include', 'mm'];
  let text: string;
  try {
    text = execFileSync('git', args, { cwd: tree, encoding: 'utf8', maxBuffer: 1 << 26 });
  } catch {
    return []; // git grep exits with 1 where there is nothing
  }
  const body = field === null ? text : text.slice(0, text.indexOf('\n};') + 1);
  const slot =
    field === null ? `\\b${struct}\\)?\\s*(\\([^;]*\\));` : `\\(\\*\\s*${field}\\)\\s*(\\([^;]*\\));`;
  const match = new RegExp(slot).exec(body);
  return match === null ? [] : [arity(match[1]!.replace(/\s+/g, ' '))];
}
