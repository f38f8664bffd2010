import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readKernel } from '../../bench/accuracy/kernel.js';
import { measure, sample, type Bench, type Drawn, type Measured } from '../../bench/accuracy/measure.js';
import { OPERATORS } from '../../bench/accuracy/operators.js';
import { openStore, type FactStore } from '../../src/c/store.js';
import { loadRuleBook } from '../../src/rules/load.js';
import { SHIPPED_RULES } from '../../src/rules/shipped.js';
import { openTree, type OpenTree } from '../../src/tree/open.js';
import { kernelTree } from '../folio/kernel-tree.js';

/** What a small sample gave when it was recorded; it may get better, and then be recorded again. */
interface Recorded {
  readonly seed: string;
  readonly count: number;
  readonly found: number;
  readonly planted: number;
  readonly falseAlarms: number;
  readonly harmless: number;
}

const recorded = JSON.parse(
  readFileSync(join(import.meta.dirname, '../../bench/accuracy/recorded.json'), 'utf8'),
) as Recorded;
const linux = kernelTree('6.12');

/** Redefining an accessor means to analyse the whole tree again: that is for the large measurement. */
const SMALL = OPERATORS.filter(({ name }) => name !== 'accessor-redefined');

let tree: OpenTree;
let store: FactStore;
let cache: string;

describe.skipIf(linux.missing !== null)(
  `planted hazards and harmless changes on Linux 6.12${linux.missing ? ` (${linux.missing})` : ''}`,
  () => {
    beforeAll(async () => {
      cache = mkdtempSync(join(tmpdir(), 'recto-accuracy-'));
      store = openStore(cache, 'accuracy');
      tree = await openTree(linux.path, null);
    });

    afterAll(async () => {
      await tree.close();
      store.close();
      rmSync(cache, { recursive: true, force: true });
    });

    it('are judged no worse than recorded', async () => {
      const kernel = await readKernel(tree, store);
      const { seed, count } = recorded;
      const bench: Bench = { kernel, rules: loadRuleBook([SHIPPED_RULES]), store, seed, used: new Map() };
      const drawn: Drawn[] = [];
      for (const operator of SMALL) {
        for (const item of await sample(operator, bench, count)) drawn.push({ operator, item });
      }
      const measured: Measured[] = [];
      for await (const one of measure(drawn, bench)) measured.push(one);
      const wrong = measured.filter(({ verdict }) => verdict.outcome !== 'right');
      const list = wrong.map(
        ({ operator, item, verdict }) =>
          `${verdict.outcome}: ${operator.name} in ${item.file}, ${item.function}(): ${item.says}`,
      );
      const of = (kind: string): Measured[] => measured.filter(({ operator }) => operator.kind === kind);
      expect(of('planted').length, 'planted hazards').toBe(recorded.planted);
      expect(of('harmless').length, 'harmless changes').toBe(recorded.harmless);
      const missed = wrong.filter(({ verdict }) => verdict.outcome === 'missed').length;
      expect(recorded.planted - missed, list.join('\n')).toBeGreaterThanOrEqual(recorded.found);
      expect(wrong.length - missed, list.join('\n')).toBeLessThanOrEqual(recorded.falseAlarms);
    }, 900_000);
  },
);
