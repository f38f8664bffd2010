import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RectoError } from '../../src/errors.js';
import { parseDiff } from '../../src/patch/diff.js';
import { MAX_FILES, MAX_HUNKS } from '../../src/patch/limits.js';
import { treePaths } from '../../src/patch/path.js';
import { quotePath, writeDiff } from '../../src/patch/write.js';

const HUNK = '@@ -1 +1 @@\n-a\n+b\n';

describe('parseDiff', () => {
  it('takes neither a signature nor a "---" for part of a hunk', () => {
    const { files, notes } = parseDiff(
      `--- a/x\n+++ b/x\n@@ -1,2 +1 @@\n a\n-b\n-- \n2.40\n--- a/y\n+++ b/y\n${HUNK}`,
    );
    expect(notes).toEqual([]);
    expect(files.map((file) => [file.newPath, file.hunks[0]!.lines])).toEqual([
      ['x', [' a', '-b']],
      ['y', ['-a', '+b']],
    ]);
  });

  it('keeps removed lines that look like headers', () => {
    const { files } = parseDiff('--- a/x\n+++ b/x\n@@ -1,2 +1 @@\n--- a/y\n-++ b/y\n+c\n');
    expect(files).toHaveLength(1);
    expect(files[0]!.hunks[0]!.lines).toEqual(['--- a/y', '-++ b/y', '+c']);
  });

  it('says that a hunk ends early, and keeps the others', () => {
    const { files, broken, notes } = parseDiff(`--- a/x\n+++ b/x\n${HUNK}@@ -9,9 +9,9 @@ f\n a\n-b\n`);
    expect(broken).toBe(1);
    expect(files[0]!.hunks).toHaveLength(1);
    expect(notes).toEqual(['a hunk of b/x (@@ -9 +9 @@) ends before its counts are met and was left out']);
  });

  it('says that the diff of a merge was not read', () => {
    expect(parseDiff('diff --cc x\nindex 1,2..3\n--- a/x\n+++ b/x\n@@@ -1 -1 +1 @@@\n').notes[0]).toMatch(
      /merge/,
    );
  });

  it('finds nothing in prose', () => {
    expect(parseDiff('--- \n+++ \nWhat does diff --git do? @@ -1 +1 @@\n')).toMatchObject({
      files: [],
      start: -1,
    });
  });

  it.each([
    ['--- a/../../etc/passwd\n+++ b/../../etc/passwd\n', '../../etc/passwd'],
    ['--- /etc/passwd\n+++ /etc/passwd\n', '/etc/passwd'],
    ['diff --git a/x b/../x\nrename from x\nrename to ../x\n', '../x'],
    ['--- "a/\\056\\056/x"\n+++ "b/\\056\\056/x"\n', '../x'],
    ['--- /dev/null\n+++ b/mm/../../../x\n', 'mm/../../../x'],
  ])('refuses a path that leads out of the tree: %j', (head, path) => {
    const error = thrown(() => parseDiff(head + HUNK));
    expect(error.code).toBe('unreadable-input');
    expect(error.message).toContain(JSON.stringify(path));
  });

  it('refuses more files and hunks than the limits say, in words', () => {
    const files = thrown(() => parseDiff(`--- a/x\n+++ b/x\n${HUNK}`.repeat(MAX_FILES + 1)));
    expect(files).toMatchObject({ code: 'too-large', message: expect.stringContaining('10000 files') });
    const hunks = thrown(() => parseDiff('--- a/x\n+++ b/x\n' + HUNK.repeat(MAX_HUNKS + 1)));
    expect(hunks).toMatchObject({ code: 'too-large', message: expect.stringContaining('100000 hunks') });
  });

  it('reads what writeDiff writes, whatever the path', () => {
    const name = fc
      .string({ unit: 'grapheme', minLength: 1, maxLength: 12 })
      // eslint-disable-next-line no-control-regex
      .filter((part) => !/[\0-\x1f/\x7f]|^\.\.?$|^\s|\s$/.test(part));
    fc.assert(
      fc.property(fc.array(name, { minLength: 1, maxLength: 3 }), (parts) => {
        const path = `mm/${parts.join('/')}`;
        const hunks = [
          { oldStart: 1, oldLines: 1, newStart: 1, newLines: 1, section: 'f', lines: ['-a', '+b'] },
        ];
        const file = { oldPath: path, newPath: path, oldBlob: 'abcd', newBlob: 'ef01', binary: false, hunks };
        expect(parseDiff(writeDiff(file)).files).toEqual([file]);
        expect(quotePath(path)).toMatch(/^[ -~]*$/);
      }),
    );
  });

  it('throws nothing but RectoError', () => {
    const piece = fc.oneof(
      fc.constantFrom(
        'diff --git a/x b/x',
        '--- a/x',
        '+++ b/x',
        '@@ -1,2 +1,2 @@',
        ' a',
        '+b',
        '-c',
        '\\ No',
        '',
      ),
      fc.constantFrom(
        'index 1..2',
        'rename from "x',
        'GIT binary patch',
        '--- ',
        '+++ ',
        '@@ -1 +1 @@',
        '-- ',
      ),
      fc.string({ maxLength: 12 }),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 40 }), (lines) => {
        try {
          const parsed = parseDiff(lines.join('\n'));
          for (const file of parsed.files) expect(file.newPath ?? file.oldPath).not.toBeNull();
        } catch (error) {
          expect(error).toBeInstanceOf(RectoError);
        }
      }),
      { numRuns: 1000 },
    );
  });
});

describe('treePaths', () => {
  it.each([
    ['a/mm/x.c', 'b/mm/x.c', 'mm/x.c', 'mm/x.c'],
    ['i/mm/x.c', 'w/mm/x.c', 'mm/x.c', 'mm/x.c'],
    ['linux.orig/mm/x.c', 'linux/mm/x.c', 'mm/x.c', 'mm/x.c'],
    ['mm/x.c', 'mm/x.c', 'mm/x.c', 'mm/x.c'],
    ['mm/x.c.orig', 'mm/x.c', 'mm/x.c', 'mm/x.c'],
    ['./mm/x.c.orig', './mm/x.c', 'mm/x.c', 'mm/x.c'],
    ['a/mm/x.c~mm-mend-x', 'a/mm/x.c', 'mm/x.c', 'mm/x.c'],
    ['a/mm/x.c~mm-mend-x', 'b/mm/x.c', 'mm/x.c', 'mm/x.c'],
    ['a/mm/x.c~mm-drop-x', '/dev/null', 'mm/x.c', null],
    ['a/mm/x.c', 'b/mm/x.cpp', 'mm/x.c', 'mm/x.cpp'],
    ['/dev/null', 'b/mm/x.c', null, 'mm/x.c'],
    ['a/mm/x.c', '/dev/null', 'mm/x.c', null],
    ['a/mm/x.c', 'b/mm/y.c', 'mm/x.c', 'mm/y.c'],
  ])('%s, %s', (oldName, newName, oldPath, newPath) => {
    expect(treePaths(oldName, newName)).toEqual({ oldPath, newPath });
  });
});

function thrown(run: () => unknown): RectoError {
  try {
    run();
  } catch (error) {
    if (error instanceof RectoError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}
