import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { temporaryFolder } from '../tree/repository.js';
import { recto } from './console.js';

const example = join(import.meta.dirname, '../../examples/tree');

beforeEach(() => {
  vi.stubEnv('XDG_CACHE_HOME', temporaryFolder());
  return () => vi.unstubAllEnvs();
});

const explain = (name: string, ...options: string[]) =>
  recto(['explain', name, '--tree', example, ...options], '/');

/** A copy of the example with more files. */
function exampleWith(files: Readonly<Record<string, string>>): string {
  const folder = join(temporaryFolder(), 'tree');
  cpSync(example, folder, { recursive: true });
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  return folder;
}

const TOUCH = (accessor: string) => `#include <linux/sketch.h>

static void touch(struct folio *folio)
{
	${accessor}(folio);
}
`;

interface Printed {
  readonly version: number;
  readonly tree: string;
  readonly functions: readonly {
    readonly function: string;
    readonly file: string;
    readonly calls: readonly unknown[];
  }[];
}

describe('recto explain', () => {
  it('says what a function updates, and what each call passes', async () => {
    const { status, stdout, stderr } = await explain('sketch_init_folio');
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    await expect(stdout).toMatchFileSnapshot('./golden/explain.out');
  });

  it('prints the same as JSON', async () => {
    const { status, stdout, stderr } = await explain('sketch_init_folio', '--format', 'json');
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(JSON.parse(stdout)).toMatchObject({
      version: 1,
      tree: 'tree',
      functions: [
        {
          function: 'sketch_init_folio',
          file: 'mm/sketch.c',
          updates: [
            { update: '__folio_set_referenced', atomic: false },
            { update: '__folio_set_checked', atomic: false },
          ],
          calls: [
            { caller: 'sketch_new_folio', file: 'mm/sketch.c', passes: [{ passes: 'owned' }] },
            { caller: 'sketch_copy_page', file: 'mm/sketch_draw.c', passes: [{ passes: 'owned' }] },
          ],
        },
      ],
    });
  });

  it('says of a function that is not there which one may be meant', async () => {
    expect(await explain('sketch_drew')).toEqual({
      status: 2,
      stdout: '',
      stderr:
        'recto: no function sketch_drew() in the files of this tree that handle folios or pages; there is sketch_draw()\n',
    });
  });

  it('explains each static function of one name, or the one whose file is named', async () => {
    const tree = exampleWith({
      'mm/one.c': TOUCH('folio_set_dirty'),
      'mm/two.c': TOUCH('__folio_set_referenced'),
    });
    const both = await recto(['explain', 'touch', '--tree', tree], '/');
    expect(both.status).toBe(0);
    expect(both.stdout).toMatch(/^mm\/one\.c:3: touch\(\)$[^]*^mm\/two\.c:3: touch\(\)$/m);
    const words = ['explain', 'mm/two.c:touch', '--tree', tree, '--format', 'json'];
    const { functions } = JSON.parse((await recto(words, '/')).stdout) as Printed;
    expect(functions.map(({ file }) => file)).toEqual(['mm/two.c']);
    const other = await recto(['explain', 'mm/three.c:touch', '--tree', tree], '/');
    expect(other).toMatchObject({ status: 2, stdout: '' });
    expect(other.stderr).toContain('there is mm/one.c:touch, mm/two.c:touch');
  });

  it('takes rules of one’s own into account', async () => {
    const rules = temporaryFolder();
    const contract = `contracts:
  - function: sketch_new_folio
    returns: shared in array
    or: error
    source: here
`;
    mkdirSync(join(rules, 'contracts'));
    writeFileSync(join(rules, 'contracts/sketch.yml'), contract);
    const { status, stdout } = await explain('sketch_new_folio', '--rules', rules);
    expect(status).toBe(0);
    expect(stdout).toContain('an array that others read');
  });

  it('needs a kernel tree', async () => {
    const folder = temporaryFolder();
    const nowhere = await recto(['explain', 'sketch_draw'], folder);
    expect(nowhere).toMatchObject({ status: 3, stdout: '' });
    expect(nowhere.stderr).toMatch(/no kernel tree given, and .* is not in one: .*--tree DIR/);
    const none = await recto(['explain', 'sketch_draw', '--tree', folder], '/');
    expect(none.stdout).toBe('');
    expect(none.status).not.toBe(0);
    expect(none.stderr).toMatch(/^recto: .+\n$/);
  });
});
