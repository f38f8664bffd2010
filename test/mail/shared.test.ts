import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readSeries } from '../../src/mail/read.js';

/** The real mails of the thread that started the project, which are no part of it. */
const shared = new URL('../../../shared/', import.meta.url);
const here = existsSync(new URL('mail/', shared));
const title = 'real mails';

it.runIf(process.env['CI'])('../shared is there', () => {
  expect(here).toBe(true);
});

describe.skipIf(!here)(here ? title : `${title} (skipped: ../shared is not there)`, () => {
  const file = (name: string) => ({ name, bytes: readFileSync(new URL(name, shared)) });
  const change = (lines: readonly string[]) =>
    lines.filter((line) => /^[+-]/.test(line)).map((line) => line[0] + line.slice(1).replaceAll(/\s/g, ''));

  it.each(['mail/3-reply-quoting-the-fix.eml', 'mail/4-archive-page-of-that-reply.txt'])(
    '%s quotes the patch of mail 2',
    async (name) => {
      const [original] = await readSeries([file('mail/2-guard-fix.eml')]);
      const [series, ...others] = await readSeries([file(name)]);
      expect(others).toEqual([]);
      expect(series!.patches).toHaveLength(1);
      const patch = series!.patches[0]!;
      const real = original!.patches[0]!;
      expect(patch).toMatchObject({ quoted: true, whitespaceDamaged: true, subject: real.subject });
      expect(patch.message.split(/\s+/)[0]).toBe(real.message.split(/\s+/)[0]);
      expect(patch.files).toHaveLength(1);
      expect(patch.files[0]).toMatchObject({ newPath: 'mm/rmap.c', oldBlob: real.files[0]!.oldBlob });
      const { lines, ...header } = patch.files[0]!.hunks[0]!;
      const { lines: realLines, ...realHeader } = real.files[0]!.hunks[0]!;
      expect(header).toEqual(realHeader);
      expect(lines).toHaveLength(realLines.length);
      expect(change(lines)).toEqual(change(realLines));
      expect(series!.notes.join()).toMatch(/white space of the diff was damaged/);
    },
  );

  it('the whole thread is two series, each patch once', async () => {
    const names = readdirSync(new URL('mail/', shared)).sort();
    const all = await readSeries(names.map((name) => file(`mail/${name}`)));
    expect(all.map((series) => [series.version, series.patches.map((p) => [p.number, p.quoted])])).toEqual([
      [2, [[2, false]]],
      [1, [[1, false]]],
    ]);
  });

  it('every replay mail is one patch', async () => {
    for (const folder of readdirSync(new URL('replay/', shared), { withFileTypes: true })) {
      if (!folder.isDirectory()) continue;
      for (const name of readdirSync(new URL(`replay/${folder.name}/`, shared))) {
        if (!/\.(?:eml|patch)$/.test(name)) continue;
        const [series, ...others] = await readSeries([file(`replay/${folder.name}/${name}`)]);
        expect(others).toEqual([]);
        expect(series!.patches).toHaveLength(1);
        expect(series!.patches[0]).toMatchObject({ quoted: false, whitespaceDamaged: false });
        expect(series!.patches[0]!.files.every((f) => f.hunks.length > 0)).toBe(true);
      }
    }
  });
});
