import { afterEach, describe, expect, it, vi } from 'vitest';
import { Execution } from '../../src/analysis/execution.js';
import type { FunctionEntry } from '../../src/analysis/program.js';
import { analyse } from '../../src/review/side.js';
import { overlay } from '../../src/tree/overlay.js';
import { bottomOf, NO_STORE, rules, treeOf } from './kernel.js';

afterEach(() => {
  vi.restoreAllMocks();
});

/** The functions that are gone through for a patch of mm/a.c, and the hazards there are then. */
async function doneAgain(before: string, after: string): Promise<{ again: string[]; hazards: string[] }> {
  const base = bottomOf(treeOf({ 'mm/a.c': before }));
  await analyse(base, rules, new Set(), NO_STORE);
  const run = vi.spyOn(Execution.prototype, 'run').mockClear();
  const { report } = await analyse(overlay(base, new Map([['mm/a.c', after]])), rules, new Set(), NO_STORE);
  const again = run.mock.contexts.map(
    (done) => (done as unknown as { entry: FunctionEntry }).entry.facts.name,
  );
  return { again: again.sort(), hazards: [...report.hazards.values()].map((hazard) => hazard.in).sort() };
}

/** A function that updates a visible folio where it is told to, with more lines than those that are always looked at. */
const find = (statements: string, update = '__folio_set_checked'): string => `
void find(swp_entry_t entry, int how)
{
	struct folio *folio = swap_cache_get_folio(entry, 0, 0);

	if (!folio)
		return;
	${statements}
	if (how)
		${update}(folio);
}
`;

const caller = (name: string, how: number): string => `
void ${name}(swp_entry_t entry)
{
	find(entry, ${String(how)});
}
`;

describe('callers of a function with a new meeting that depends on what they pass', () => {
  const before = find('', 'folio_set_checked');
  const after = find('');

  it('are asked until one makes it possible', async () => {
    const callers = caller('never', 0) + caller('first', 1) + caller('second', 1);
    const { again, hazards } = await doneAgain(before + callers, after + callers);
    expect(again.filter((name) => name === 'first' || name === 'second')).toHaveLength(1);
    expect(hazards).toEqual(['find']);
  });

  it('are all asked where none does', async () => {
    const callers = caller('never', 0) + caller('nor', 0);
    const { again, hazards } = await doneAgain(before + callers, after + callers);
    expect(again).toEqual(['find', 'never', 'nor']);
    expect(hazards).toEqual([]);
  });

  it('are asked where the one that made it possible does so no more', async () => {
    const other = find('', 'folio_set_checked') + caller('first', 1) + caller('second', 0);
    const { again, hazards } = await doneAgain(other, after + caller('first', 0) + caller('second', 0));
    expect(again).toEqual(['find', 'first', 'second']);
    expect(hazards).toEqual([]);
  });
});
