import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { structuredPatch } from 'diff';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { applyFileDiff } from '../../src/patch/apply.js';
import { parseDiff } from '../../src/patch/diff.js';
import type { Hunk } from '../../src/patch/patch.js';
import { writeDiff } from '../../src/patch/write.js';

/** GNU patch and git as peers: what they do with a diff, we do. */
const havePatch = /GNU patch/.test(spawnSync('patch', ['--version'], { encoding: 'utf8' }).stdout ?? '');
const folder = mkdtempSync(join(tmpdir(), 'recto-patch-'));
afterAll(() => rmSync(folder, { recursive: true }));

const line = fc.constantFrom(
  'a',
  'b',
  'c',
  '',
  'int x;',
  '\tfoo();',
  '\tbar();',
  '}',
  '{',
  '-- ',
  '+',
  '--- a/x',
);
const text = fc.array(line, { minLength: 1, maxLength: 40 });
/** Edits as [where, how many lines go, what comes]. */
const edits = fc.array(fc.tuple(fc.nat(40), fc.nat(2), fc.array(line, { maxLength: 2 })), {
  minLength: 1,
  maxLength: 4,
});

function edited(
  lines: readonly string[],
  changes: readonly (readonly [number, number, readonly string[]])[],
): string[] {
  const result = [...lines];
  for (const [at, gone, come] of changes) result.splice(Math.min(at, result.length), gone, ...come);
  return result;
}

function joined(lines: readonly string[], newline: boolean): string {
  return lines.length === 0 ? '' : lines.join('\n') + (newline ? '\n' : '');
}

/** A diff as git would print it. */
function diffOf(before: string, after: string): string {
  const { hunks } = structuredPatch('f', 'f', before, after, '', '', { context: 3 });
  // structuredPatch gives the start of an empty range as parsePatch does, one above what a diff says.
  const start = (at: number, lines: number) => (lines === 0 ? at - 1 : at);
  const written = hunks.map((hunk) => ({
    ...hunk,
    oldStart: start(hunk.oldStart, hunk.oldLines),
    newStart: start(hunk.newStart, hunk.newLines),
    section: '',
  }));
  const file = { oldPath: 'f', newPath: 'f', oldBlob: null, newBlob: null, binary: false, hunks: written };
  return writeDiff(file);
}

/**
 * With fuzz, GNU patch may drop every line that a hunk could be known by, and then puts it anywhere. We do not,
 * so such hunks are left out of the comparison.
 */
function keepsSomething(hunk: Hunk): boolean {
  const before = hunk.lines.filter((l) => !l.startsWith('+'));
  const first = hunk.lines.findIndex((l) => !l.startsWith(' '));
  const last = hunk.lines.findLastIndex((l) => !l.startsWith(' '));
  return before.length > Math.min(first, 2) + Math.min(hunk.lines.length - 1 - last, 2);
}

function gnuPatch(tree: string, diff: string): { status: number | null; text: string; says: string } {
  const [file, patch] = [join(folder, 'f'), join(folder, 'f.patch')];
  writeFileSync(file, tree);
  writeFileSync(patch, diff);
  const options = [
    '-p1',
    '--forward',
    '--batch',
    '--no-backup-if-mismatch',
    '--reject-file=-',
    '-i',
    patch,
    file,
  ];
  const run = spawnSync('patch', options, { cwd: folder, encoding: 'utf8' });
  const exists = run.status === 0 || run.status === 1;
  return { status: run.status, text: exists ? readFileSync(file, 'utf8') : '', says: run.stdout };
}

describe('what was diffed is applied', () => {
  it('to the text it was made from', () => {
    fc.assert(
      fc.property(text, edits, fc.boolean(), fc.boolean(), (lines, changes, newlineBefore, newlineAfter) => {
        const before = joined(lines, newlineBefore);
        const after = joined(edited(lines, changes), newlineAfter);
        fc.pre(before !== after);
        const { files, broken } = parseDiff(`Subject\n\n---\n${diffOf(before, after)}-- \n2.40.0\n`);
        expect(broken).toBe(0);
        const result = applyFileDiff(before, files[0]!);
        expect(result.status).toBe('applied');
        expect(result.text).toBe(after);
        const now = after.split('\n');
        const was = before.split('\n');
        const rest = (from: readonly string[], without: readonly number[]) =>
          from.filter((_, i) => !without.includes(i + 1)).join('\n');
        expect(rest(now, result.addedLines).trimEnd()).toBe(rest(was, result.removedLines).trimEnd());
      }),
      { numRuns: 1000 },
    );
  });

  it('and a second time is found to be there already, or fits again, but never fails', () => {
    fc.assert(
      fc.property(text, edits, (lines, changes) => {
        const before = joined(lines, true);
        const after = joined(edited(lines, changes), true);
        const added = parseDiff(diffOf(before, after)).files[0];
        fc.pre(added !== undefined && added.hunks.every((h) => h.lines.some((l) => /^\+.*\w{2}/.test(l))));
        expect(applyFileDiff(after, added!).hunks.map((hunk) => hunk.status)).not.toContain('failed');
      }),
      { numRuns: 500 },
    );
  });
});

describe.skipIf(!havePatch)(havePatch ? 'as GNU patch' : 'as GNU patch (skipped: no GNU patch here)', () => {
  it('on a text that has changed meanwhile', () => {
    let both = 0;
    fc.assert(
      fc.property(text, edits, edits, (lines, changes, meanwhile) => {
        const before = joined(lines, true);
        const diff = diffOf(before, joined(edited(lines, changes), true));
        fc.pre(diff.includes('@@'));
        const tree = joined(edited(lines, meanwhile), true);
        fc.pre(tree !== '');
        const peer = gnuPatch(tree, diff);
        const file = parseDiff(diff).files[0]!;
        fc.pre(file.hunks.every(keepsSomething));
        const ours = applyFileDiff(tree, file);
        // GNU patch asks about hunks that are there already only when the first one fails.
        fc.pre(!/Reversed/.test(peer.says) && !ours.hunks.some((hunk) => hunk.status === 'already'));
        expect(ours.hunks.every((hunk) => hunk.status === 'applied')).toBe(peer.status === 0);
        expect(ours.text).toBe(peer.text);
        if (peer.status === 0) both++;
      }),
      { numRuns: 300 },
    );
    expect(both).toBeGreaterThan(20);
  });

  it('and as git apply, on the text it was made from', () => {
    fc.assert(
      fc.property(text, edits, fc.boolean(), (lines, changes, newline) => {
        const before = joined(lines, newline);
        const diff = diffOf(before, joined(edited(lines, changes), true));
        fc.pre(diff.includes('@@'));
        writeFileSync(join(folder, 'f'), before);
        const run = spawnSync('git', ['apply', '--whitespace=nowarn', '-'], { cwd: folder, input: diff });
        expect(run.stderr.toString()).toBe('');
        const after = readFileSync(join(folder, 'f'), 'utf8');
        expect(applyFileDiff(before, parseDiff(diff).files[0]!).text).toBe(after);
      }),
      { numRuns: 60 },
    );
  });
});
