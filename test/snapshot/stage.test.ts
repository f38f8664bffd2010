import { describe, expect, it } from 'vitest';
import { loadRuleBook } from '../../src/rules/load.js';
import { SHIPPED_RULES } from '../../src/rules/shipped.js';
import { snapshotNear } from '../../src/snapshot/shipped.js';
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
});
