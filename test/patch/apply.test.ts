import { describe, expect, it } from 'vitest';
import { applyFileDiff } from '../../src/patch/apply.js';
import { parseDiff } from '../../src/patch/diff.js';
import type { FileDiff } from '../../src/patch/patch.js';

const DAMAGED = { quoted: true, whitespaceDamaged: true };

const POND = `#include "pond.h"

static int pond_fill(struct pond *pond)
{
	pond_lock(pond);
	pond->level = 1;

	pond_unlock(pond);
	return 0;
}

static int pond_drain(struct pond *pond)
{
	pond_lock(pond);
	pond->level = 0;

	pond_unlock(pond);
	return 0;
}
`;

function one(hunks: string): FileDiff {
  return parseDiff(`--- a/mm/pond.c\n+++ b/mm/pond.c\n${hunks}`).files[0]!;
}

describe('the function that the @@ line names', () => {
  const changed = `@@ -NN,3 +NN,3 @@ static int pond_drain(struct pond *pond)
 	pond_unlock(pond);
-	return 0;
+	return 1;
 }
`;

  it('is where a hunk goes, though the same lines are nearer elsewhere', () => {
    const result = applyFileDiff(POND, one(changed.replaceAll('NN', '9')));
    expect(result.hunks[0]).toMatchObject({ status: 'applied', line: 17, offset: 8 });
    expect(result).toMatchObject({ addedLines: [18], removedLines: [18] });
  });

  it('does not matter where the hunk is exact at the given line', () => {
    const result = applyFileDiff(POND, one(changed.replaceAll('NN', '8')));
    expect(result.hunks[0]).toMatchObject({ status: 'applied', line: 8, offset: 0 });
  });

  it('does not matter when there is no such function', () => {
    const other = changed.replaceAll('NN', '9').replace('pond_drain', 'pond_freeze');
    expect(applyFileDiff(POND, one(other)).hunks[0]).toMatchObject({
      status: 'applied',
      line: 8,
      offset: -1,
    });
  });

  it('makes a hunk fail, and the reason says why', () => {
    const diff = one(`@@ -30,4 +30,4 @@ static int pond_drain(struct pond *pond)
 	pond_lock(pond);
-	pond->level = 1;
+	pond->level = 2;
 
 	pond_unlock(pond);
`);
    const result = applyFileDiff(POND, diff);
    expect(result).toMatchObject({ status: 'failed', text: POND });
    expect(result.hunks[0]!.reason).toBe(
      'its lines are found only at line 5, outside of pond_drain(), which the @@ line names',
    );
  });
});

describe('a patch that is there already', () => {
  const adding = one(`@@ -5,4 +5,5 @@ static int pond_fill(struct pond *pond)
 	pond_lock(pond);
 	pond->level = 1;
+	pond_wake(pond);
 
 	pond_unlock(pond);
`);
  const removing = one(`@@ -5,5 +5,4 @@ static int pond_fill(struct pond *pond)
 	pond_lock(pond);
 	pond->level = 1;
-	pond_wake(pond);
 
 	pond_unlock(pond);
`);

  it('is said to be so, when it adds', () => {
    const after = applyFileDiff(POND, adding);
    expect(after).toMatchObject({ status: 'applied', addedLines: [7] });
    expect(applyFileDiff(after.text, adding)).toMatchObject({
      status: 'already',
      text: after.text,
      addedLines: [],
    });
  });

  it('is said to be so, when it only removes', () => {
    expect(applyFileDiff(POND, removing)).toMatchObject({ status: 'already', text: POND, removedLines: [] });
  });

  it('is not taken to be there when what it removes is somewhere else', () => {
    const woken = POND.replace('level = 1;\n', 'level = 1;\n\tpond_wake(pond);\n');
    expect(applyFileDiff(woken, removing)).toMatchObject({ status: 'applied', text: POND });
  });

  it('does not follow from a line or two of context', () => {
    const thin = one('@@ -5,3 +5,2 @@\n \tpond_lock(pond);\n-\tpond_wake(pond);\n \tpond->level = 1;\n');
    expect(applyFileDiff(POND, thin).status).toBe('failed');
  });
});

describe('white space', () => {
  const squeezed = `@@ -5,4 +5,10 @@ static int pond_fill(struct pond *pond)
 pond_lock(pond);
 pond->level = 1;
+
+ if (pond->frozen) {
+ /* wait for
+ * spring */
+ pond_wait(pond);
+ }
 pond_unlock(pond);
 return 0;
`;

  it('is disregarded only where the mail has damaged it', () => {
    expect(applyFileDiff(POND, one(squeezed)).status).toBe('failed');
    expect(applyFileDiff(POND, one(squeezed), DAMAGED).hunks[0]).toMatchObject({
      status: 'applied',
      ignoredWhitespace: true,
    });
  });

  it('of context stays that of the tree, and added lines are indented by it', () => {
    const result = applyFileDiff(POND, one(squeezed), DAMAGED);
    expect(result.text!.split('\n').slice(4, 15).join('\n')).toBe(`	pond_lock(pond);
	pond->level = 1;

	if (pond->frozen) {
		/* wait for
		 * spring */
		pond_wait(pond);
	}

	pond_unlock(pond);
	return 0;`);
    expect(result.addedLines).toEqual([7, 8, 9, 10, 11, 12]);
  });

  it('that was expanded is folded again', () => {
    const expanded = one(`@@ -5,2 +5,4 @@
        pond_lock(pond);
        pond->level = 1;
+       if (pond->deep)
+               pond_dive(pond);
`);
    const result = applyFileDiff(POND, expanded, { quoted: true, whitespaceDamaged: true });
    expect(result.text).toContain('\tpond->level = 1;\n\tif (pond->deep)\n\t\tpond_dive(pond);\n\n');
  });

  it('is told apart from a patch that is there already', () => {
    const after = applyFileDiff(POND, one(squeezed), DAMAGED).text;
    expect(applyFileDiff(after, one(squeezed), DAMAGED).status).toBe('already');
  });
});

describe('files', () => {
  const created = parseDiff('--- /dev/null\n+++ b/x\n@@ -0,0 +1,2 @@\n+a\n+b\n').files[0]!;
  const deleted = parseDiff('--- a/x\n+++ /dev/null\n@@ -1,2 +0,0 @@\n-a\n-b\n').files[0]!;

  it('are created', () => {
    expect(applyFileDiff(null, created)).toMatchObject({
      status: 'applied',
      text: 'a\nb\n',
      addedLines: [1, 2],
    });
    expect(applyFileDiff('a\nb\n', created)).toMatchObject({ status: 'already', text: 'a\nb\n' });
    expect(applyFileDiff('c\n', created)).toMatchObject({ status: 'failed', text: 'c\n' });
  });

  it('are deleted', () => {
    expect(applyFileDiff('a\nb\n', deleted)).toMatchObject({
      status: 'applied',
      text: null,
      removedLines: [1, 2],
    });
    expect(applyFileDiff(null, deleted)).toMatchObject({ status: 'already', text: null });
    expect(applyFileDiff('a\nb\nc\n', deleted).status).not.toBe('applied');
  });

  it('that are not there make a failed result, not an exception', () => {
    const result = applyFileDiff(null, one('@@ -1 +1 @@\n-a\n+b\n'));
    expect(result).toMatchObject({ status: 'failed', text: null, reason: 'mm/pond.c is not in the tree' });
  });

  it('keep what fits when a hunk does not', () => {
    const result = applyFileDiff('a\nb\nc\n', one('@@ -1 +1 @@\n-a\n+A\n@@ -3 +3 @@\n-x\n+y\n'));
    expect(result).toMatchObject({ status: 'partial', text: 'A\nb\nc\n' });
    expect(result.hunks[1]!.reason).toBe('the patch expects "x" at line 3, where the tree has "c"');
  });

  it('keep their CRLF', () => {
    const result = applyFileDiff('a\r\nb\r\n', one('@@ -1,2 +1,2 @@\n a\n-b\n+c\n'));
    expect(result).toMatchObject({ status: 'applied', text: 'a\r\nc\r\n' });
  });
});

it('gives up, in words and soon, when thousands of hunks fit nowhere', () => {
  const x = ' x\n'.repeat(3);
  const hunks = Array.from(
    { length: 5000 },
    (_, i) => `@@ -${i * 8 + 1},7 +${i * 8 + 1},7 @@\n${x}-y\n+z\n${x}`,
  );
  const result = applyFileDiff(`${'x\n'.repeat(100_000)}q\ny\nq\n`, one(hunks.join('')), DAMAGED);
  expect(result.status).toBe('failed');
  expect(result.hunks.at(-1)!.reason).toMatch(/given up/);
}, 20_000);
