import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { PAGE_FLAGS_HEADER, readFlagModel } from '../../src/folio/header.js';
import type { Accessor, FlagModel } from '../../src/folio/model.js';
import { observe, type Behaviour } from './harness.js';
import { kernelTree, missingTool } from './kernel-tree.js';

const fixture = fileURLToPath(new URL('fixtures/flags-f.h', import.meta.url));

interface Case {
  readonly name: string;
  readonly missing: string | null;
  readonly flagsF: boolean;
  readonly text: () => string;
}

const treeHeader = (version: '6.1' | '6.12') =>
  readFileSync(join(kernelTree(version).path, PAGE_FLAGS_HEADER), 'utf8');

const cases: Case[] = [
  {
    name: 'our own header with flags.f',
    missing: missingTool('gcc'),
    flagsF: true,
    text: () => readFileSync(fixture, 'utf8'),
  },
  ...(['6.1', '6.12'] as const).map((version) => ({
    name: `Linux ${version}`,
    missing: kernelTree(version).missing ?? missingTool('gcc'),
    flagsF: false,
    text: () => treeHeader(version),
  })),
  {
    name: 'Linux 6.12 with the word renamed as 6.18 does it',
    missing: kernelTree('6.12').missing ?? missingTool('gcc'),
    flagsF: true,
    text: () => treeHeader('6.12').replace(/(->|\.)flags\b/g, '$1flags.f'),
  },
];

// The header is compiled with bit operations that report what they are asked for, and every function in it is
// called: what it then does has to be what the model says. Nothing of our reader is used on that side.
describe.each(cases)(
  'the flag model against the compiled header: $name',
  ({ text: read, flagsF, missing }) => {
    if (missing !== null) {
      it.skip(`skipped: ${missing}`, () => undefined);
      return;
    }
    const text = read();
    const model = readFlagModel(new Map([[PAGE_FLAGS_HEADER, text]]));
    const seen = observe(text, flagsF);

    it('has every function that updates a flags word, and how', () => {
      const updating = [...seen.onHead].filter(([, run]) => run.wroteFlags || updates(run).length > 0);
      expect(updating.length).toBeGreaterThan(10);
      const plain = updating.filter(([name, run]) => !UNLIKE_ACCESSORS.has(name) && updates(run).length < 2);
      expect(plain.map(([name]) => name).filter((name) => !model.accessors.has(name))).toEqual([]);
    });

    it('agrees on operation, atomicity, bit and word of each accessor', () => {
      const wrong = [...model.accessors.values()]
        .filter((accessor) => seen.onHead.has(accessor.name))
        .map((accessor) => `${accessor.name}: ${disagreement(accessor, seen)}`)
        .filter((line) => !line.endsWith(': null'));
      expect(wrong).toEqual([]);
    });

    it('has no accessor that the compiled header does not have', () => {
      const invented = [...model.accessors.keys()].filter((name) => !seen.takes.has(name));
      expect(invented).toEqual([]);
    });

    it('knows page types, which touch no flags word', () => {
      const typed = [...seen.onHead].filter(([, run]) => run.wrotePageType).map(([name]) => name);
      expect(typed.length).toBeGreaterThan(0);
      for (const name of typed) {
        expect(model.pageTypeAccessors, name).toContain(name);
        expect(model.accessors.has(name), name).toBe(false);
      }
      const readers = [...seen.readsPageType].filter((name) => updates(seen.onHead.get(name)!).length === 0);
      expect(readers.filter((name) => !model.pageTypeAccessors.has(name) && !testsABit(name, model))).toEqual(
        [],
      );
    });

    it('calls nothing a page type that the compiled header keeps in a flags word', () => {
      const wrong = [...model.pageTypeAccessors].filter((name) => {
        const run = seen.onHead.get(name);
        return run !== undefined && (run.wroteFlags || updates(run).length > 0);
      });
      expect(wrong).toEqual([]);
    });

    it('gives constants for nothing that does something', () => {
      const wrong = [...model.constants.keys()].filter((name) => {
        const run = seen.onHead.get(name);
        return run !== undefined && (run.operations.length > 0 || run.wroteFlags || run.wrotePageType);
      });
      expect(wrong).toEqual([]);
    });
  },
);

/** Takes a second argument in reality, or is conditional: left to the analysis of bodies. */
const UNLIKE_ACCESSORS = new Set(['folio_reset', 'ClearPageCompound']);

function updates(run: Behaviour['onHead'] extends ReadonlyMap<string, infer R> ? R : never) {
  return run.operations.filter(({ operation }) => operation !== 'test');
}

function testsABit(name: string, model: FlagModel): boolean {
  return model.accessors.get(name)?.operation === 'test' || model.states.has(name);
}

function disagreement(accessor: Accessor, seen: Behaviour): string | null {
  if (seen.takes.get(accessor.name) !== accessor.takes) return `takes a ${accessor.takes}`;
  const run = seen.onHead.get(accessor.name)!;
  const wanted = accessor.operation + (accessor.atomic ? '' : '!');
  const bit = seen.bits.get(accessor.bit);
  const same = seen.bits.get(`PG_${accessor.flag}`);
  if (bit === undefined || bit !== same)
    return `bit ${accessor.bit} is ${bit}, PG_${accessor.flag} is ${same}`;
  if (run.wroteFlags) return accessor.atomic ? 'writes the word without a bit operation' : null;
  const candidates = accessor.operation === 'test' ? run.operations : updates(run);
  if (accessor.operation !== 'test' && candidates.length !== 1) return `does ${candidates.length} updates`;
  const done = candidates.find((each) => each.operation === wanted && each.bit === bit);
  if (done === undefined) return `does ${JSON.stringify(candidates)}, the model says ${wanted} ${bit}`;
  const onTail = seen.onTail
    .get(accessor.name)
    ?.operations.find((each) => each.operation === wanted && each.bit === bit);
  const word = wordOf(done.page, onTail?.page);
  return word === accessor.word ? null : `uses the word ${word}, the model says ${accessor.word}`;
}

/** Run on page 0, and for functions of pages on page 2 of the same folio. */
function wordOf(fromHead: number, fromTail: number | undefined): string {
  if (fromHead === 1) return 'second';
  return fromTail === undefined || fromTail === 0 ? 'head' : 'self';
}
