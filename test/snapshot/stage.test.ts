import { describe, expect, it } from 'vitest';
import { loadRuleBook } from '../../src/rules/load.js';
import { SHIPPED_RULES } from '../../src/rules/shipped.js';
import { namedSnapshot, snapshotNear } from '../../src/snapshot/shipped.js';
import type { Snapshot } from '../../src/snapshot/snapshot.js';
import { analyseStages } from '../../src/snapshot/stage.js';

const rules = loadRuleBook([SHIPPED_RULES]);
const snapshot = snapshotNear('6.12');

describe('stages of a series', () => {
  it('are one where a patch changes nothing that the release has', async () => {
    const release = snapshot.own('folio_add_new_anon_rmap', 'mm/rmap.c')!;
    const before = release.lines();
    const after = before.slice(0, -1);
    const names = new Map();
    const touched = {
      file: 'mm/rmap.c',
      release,
      stages: [before, before, after, after, before],
      renamed: [names, names, names, names, names],
    };
    const [first, second, third, fourth, fifth] = await analyseStages(snapshot, [touched], 5, rules);
    expect(second).toBe(first);
    expect(third).not.toBe(first);
    expect(fourth).toBe(third);
    expect(fifth).not.toBe(fourth);
  });

  it('know the hazards of the release', async () => {
    const [only] = await analyseStages(snapshot, [], 1, rules);
    expect(only!.report.contexts.length).toBeGreaterThan(100);
  });

  it('has the hazards of the release where a series touches nothing that has a part in them', async () => {
    const [release] = await analyseStages(snapshot, [], 1, rules);
    const [again] = await analyseStages(snapshot, [], 1, rules);
    expect(again).not.toBe(release);
    expect(again!.report).toBe(release!.report);
  });

  it('says the same of a series whatever was looked at before', async () => {
    const look = async (known: Snapshot) => {
      const entry = known.own('folio_add_new_anon_rmap', 'mm/rmap.c')!;
      const [head, ...rest] = entry.lines();
      const before = [{ ...head!, text: HEAD }, ...rest.map((line) => ({ ...line, text: UPDATE }))];
      const names = new Map();
      const touched = {
        file: entry.file,
        release: entry,
        stages: [before, before.slice(0, -2)],
        renamed: [names, names],
      };
      const stages = await analyseStages(known, [touched], 2, rules);
      return stages.map(({ report }) =>
        [...report.hazards].map(([key, { meetings }]) => [key, meetings.map(({ line }) => line)]),
      );
    };
    const first = await look(snapshot);
    expect(first[0]!.length).toBeGreaterThan(0);
    expect(await look(snapshot)).toEqual(first);
    const fresh = namedSnapshot('rules/snapshots/linux-6.12.json.gz', '.');
    expect(fresh).not.toBe(snapshot);
    expect(await look(fresh)).toEqual(first);
  });
});

const HEAD = 'void folio_add_new_anon_rmap(struct folio *folio, struct vm_area_struct *vma) {';
const UPDATE = '__folio_set_swapbacked(folio);';
