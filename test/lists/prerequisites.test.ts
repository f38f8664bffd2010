import { describe, expect, it } from 'vitest';
import { readSeries } from '../../src/mail/read.js';
import { patchIdsOf } from '../../src/tree/patch-id.js';
import { TestDesk } from './desk.js';
import { mail, patchBody, seriesMails } from './mails.js';

async function idOf(text: string): Promise<string> {
  const [series] = await readSeries([{ name: 'x', bytes: Buffer.from(text) }]);
  return (await patchIdsOf(series!.patches))[0]![0]!;
}

const needed = mail({ id: 'n@example.org', subject: '[PATCH] mm: needed', body: patchBody('a', 'mm/n.c') });

const needing = (...ids: readonly string[]) =>
  mail({
    id: 'after@example.org',
    subject: '[PATCH] mm: after',
    from: 'Other <other@example.org>',
    body: [
      patchBody(),
      '',
      `base-commit: ${'1'.repeat(40)}`,
      ...ids.map((id) => `prerequisite-patch-id: ${id}`),
    ].join('\n'),
  });

const found = (desk: TestDesk) =>
  desk.reviewed.at(-1)!.prerequisites!.map(({ patch }) => patch?.subject ?? null);

describe('what a series needs beforehand', () => {
  it('is found among the patches that have come, in its order', async () => {
    const desk = new TestDesk();
    const other = seriesMails({ name: 'mm: other', patches: 1 })[0]!.replaceAll('mm/print.c', 'mm/o.c');
    desk.arrive(needed, other);
    await desk.pass(60);
    desk.arrive(needing(await idOf(other), await idOf(needed), 'f'.repeat(40)));
    await desk.pass(60);
    expect(desk.reviewed.at(-1)!.subject).toBe('mm: after');
    expect(found(desk)).toEqual(['mm: other: part 1', 'mm: needed', null]);
  });

  it('may come after it, as long as it waits', async () => {
    const desk = new TestDesk();
    desk.arrive(needing(await idOf(needed)));
    await desk.pass(5);
    desk.arrive(needed);
    await desk.pass(6);
    expect(desk.reviewed[0]!.subject).toBe('mm: after');
    expect(found(desk)).toEqual(['mm: needed']);
  });

  it('is not known once its mail was taken away', async () => {
    const desk = new TestDesk();
    desk.arrive(needed);
    await desk.pass(60);
    desk.tell({ kind: 'deleted', place: '0', messageId: null });
    desk.arrive(needing(await idOf(needed)));
    await desk.pass(60);
    expect(found(desk)).toEqual([null]);
  });
});
