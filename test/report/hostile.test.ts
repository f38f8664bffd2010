import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { REVIEW_FORMATS, type ReviewFormat } from '../../src/report/formats.js';
import { PLAIN } from '../../src/report/style.js';
import type { Finding } from '../../src/review/finding.js';
import type { Review } from '../../src/review/review.js';
import { applied, byCall, patch, review, whole, worded } from './reviews.js';

/** Text that somebody has written to be read by us: markup, commands, what moves a cursor or turns text around. */
const wild = fc
  .array(
    fc.oneof(
      fc.string({ unit: 'binary', maxLength: 12 }),
      fc.constantFrom(
        '\n',
        '\r\n',
        '\u2028',
        '\u202e',
        '\x1b[2J',
        '::error::x',
        '%0A::warning::y',
        '\nFrom evil Thu Jan  1 00:00:00 1970\n',
        '\n> quoted',
        '`',
        '```\n',
        '<script>alert(1)</script>',
        '<!--',
        '@everyone',
        '#1',
        '](http://x)',
        '![x](http://x/y.png)',
        'http://evil.example/',
        '\n# title',
        '\n- item',
        '|',
        '&amp;',
        '\\',
        '\ud800',
      ),
    ),
    { maxLength: 6 },
  )
  .map((parts) => parts.join(''));

/** A review in which all that comes from outside is such text. */
const hostile: fc.Arbitrary<Review> = fc
  .record({ subject: wild, author: wild, path: wild, name: wild, line: wild, note: wild, reason: wild })
  .map(({ subject, author, path, name, line, note, reason }) => {
    const file = path === '' ? 'x' : path;
    const hunk = {
      oldStart: 1,
      oldLines: 1,
      newStart: 1,
      newLines: 2,
      section: name,
      lines: [` ${line}`, `+${line}`],
    };
    const diff = { oldPath: file, newPath: file, oldBlob: null, newBlob: null, binary: false, hunks: [hunk] };
    const one = applied({ ...patch(1, subject), author, messageId: `${note}@x`, files: [diff] }, 'partial', [
      { ...whole, line: 1 },
      { ...whole, status: 'failed', reason },
    ]);
    const finding: Finding = {
      ...byCall,
      in: name,
      callee: name,
      updater: name,
      update: line,
      file,
      origins: byCall.origins.map((origin) => ({
        ...origin,
        file,
        line: 2,
        path: origin.path.map((step) => ({ ...step, function: name, file, says: note })),
      })),
      races: [{ ...byCall.races[0]!, by: [name], at: [{ function: name, file, line: 3 }] }, ...byCall.races],
      callers: [{ function: name, file, line: 1, passes: 'owned' }],
    };
    return review({
      patches: [{ ...one, files: [{ ...one.files[0]!, path: file, addedLines: [2] }] }],
      findings: [{ ...worded(finding), advice: [note], title: subject }],
      notes: [note],
    });
  });

const print = (format: ReviewFormat, made: Review) =>
  REVIEW_FORMATS[format](made, { style: PLAIN, version: '1.0.0' });

/** What may stand in a line: no control character but a tab, nothing that turns text around. */
// eslint-disable-next-line no-control-regex
const CONTROLS = /[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\u2028\u2029]/;

function holds(format: ReviewFormat, check: (text: string) => void): void {
  fc.assert(
    fc.property(hostile, (made) => {
      check(print(format, made));
    }),
    { numRuns: 150 },
  );
}

describe('whatever a patch says, it', () => {
  it('takes control of no terminal', () => {
    for (const format of ['text', 'reply', 'markdown', 'github'] as const) {
      holds(format, (text) => {
        expect(text).not.toMatch(CONTROLS);
      });
    }
  });

  it('gives no command to a workflow', () => {
    holds('github', (text) => {
      for (const line of text.trimEnd().split('\n')) {
        expect(line).toMatch(/^::(?:error|warning|notice)(?: file=[^:,]*,line=\d+,title=[^:,]*)?::/);
      }
    });
  });

  it('begins no mail and no quotation', () => {
    holds('reply', (text) => {
      expect(text).not.toMatch(/^From /m);
      // A quoted line is one of the patch, or of its headers.
      const quoted = text.split('\n').filter((line) => line.startsWith('>'));
      expect(quoted.length).toBeLessThanOrEqual(4);
      for (const line of quoted) expect(line).toMatch(/^> (?:\+\+\+ b\/|@@ -1 \+1,2 @@|[ +])/);
    });
  });

  it('writes no markup, no HTML, no mention and no link', () => {
    holds('markdown', (text) => {
      // What is left when code is taken out, spans and blocks.
      const prose = text
        .replace(/^(`{3,})[^`\n]*\n[^]*?\n\1$/gm, '')
        .replace(/(?<!\\)(`+)(?!`)[^\n]*?[^`\n]\1(?!`)/g, '')
        .replace(/\[about this check\]\([^)]*\)/g, '');
      expect(prose.replace(/<!-- -->|<\/?sub>/g, '')).not.toMatch(/(?<!\\)[<>](?!\s|$)/m);
      expect(prose).not.toMatch(/@(?=[\w/-])|#(?=\d)|:\/\//);
      expect(prose).not.toMatch(/(?<!\\)\]\(/);
    });
  });

  it('stays JSON, and a valid path', () => {
    for (const format of ['json', 'sarif'] as const) {
      holds(format, (text) => {
        expect(() => JSON.parse(text) as unknown).not.toThrow();
      });
    }
  });
});
