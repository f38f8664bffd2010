import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { commentOf, goneComment, matters } from '../../src/github/comment.js';
import { withinLength } from '../../src/github/length.js';
import { readMark, writeMark } from '../../src/github/marks.js';
import { pullRequestName } from '../../src/github/pull-request.js';
import type { Finding } from '../../src/review/finding.js';
import { temporaryFolder } from '../tree/repository.js';
import { judgeOnce, startWorld } from './double/world.js';
import { draw, DRAW, drawAdopts } from './sketches.js';

const mark = { kind: 'finding', ids: ['0123456789ab'] } as const;

describe('a mark', () => {
  it('is read as it was written', () => {
    const all = [
      mark,
      { kind: 'gone', ids: ['0123456789ab', 'ba9876543210'] },
      { kind: 'dismissed', ids: ['0123456789ab'], answers: 'c12' },
      { kind: 'answer', answers: 't99' },
      { kind: 'finding', ids: [] },
    ] as const;
    for (const one of all) expect(readMark(`text${writeMark(one)}`)).toEqual(one);
  });

  it('counts only as the last line', () => {
    const forged = writeMark(mark).trim();
    expect(readMark(`${forged}\nmore`)).toBeNull();
    expect(readMark(`quoted: ${forged}`)).toBeNull();
    expect(readMark(`${forged}${writeMark({ kind: 'answer', answers: 'c1' })}`)).toEqual({
      kind: 'answer',
      answers: 'c1',
    });
  });

  it('of somebody else is nobody’s', async () => {
    const world = await startWorld({ source: 'mirror', ownJudge: judgeOnce });
    world.push('topic', { [DRAW]: drawAdopts });
    world.state.open(1, 'topic');
    await world.deliver(world.pullRequest('opened', 1));
    const told = world.state.threads[0]!.comments[0]!.body.split('\n').at(-1)!;
    const other = await startWorld({ source: 'mirror', ownJudge: judgeOnce });
    other.push('topic', { [DRAW]: drawAdopts });
    other.state.open(1, 'topic');
    // Who copies our mark does not keep us quiet, and dismisses nothing.
    const ids = told.match(/[0-9a-f]{12}/g)!;
    other.comment(1, 'author', `x\n${told}`);
    other.comment(1, 'author', `x${writeMark({ kind: 'dismissed', ids, answers: 'c1' })}`);
    await other.deliver(other.pullRequest('opened', 1));
    expect(other.state.threads).toHaveLength(1);
    expect(other.state.checkRuns[0]!.conclusion).toBe('failure');
  });
});

/** A finding whose every text comes from a pull request of somebody who means no good. */
function hostile(text: string): Finding {
  const step = { function: text, file: `mm/${text}.c`, line: 1, says: text };
  return {
    rule: 'widened-non-atomic-update',
    title: text,
    link: null,
    severity: 'high',
    confidence: 'high',
    patch: 1,
    resolvedBy: null,
    because: 'new-caller',
    in: text,
    updater: text,
    update: text,
    flag: text,
    word: 'head',
    file: step.file,
    line: 1,
    origins: [
      {
        ownership: 'shared',
        from: text,
        file: step.file,
        line: 1,
        visible: ['LRU'],
        locked: null,
        path: [step, step],
      },
    ],
    races: [{ update: text, by: [text], why: text, at: [], certain: true, flag: text, does: 'sets' }],
    callee: text,
    callers: [],
    id: '0123456789ab',
    advice: [text],
    message: text,
    check: {
      id: 'x',
      title: text,
      match: [],
      severity: [],
      text: '{{ meeting }} {{ not_atomic }}',
      advice: [],
      links: [],
      place: 'x',
    },
  } as unknown as Finding;
}

const NASTY = [
  '@octocat',
  '@sketch/maintainers',
  'fixes #1',
  'GH-1 sketch/linux#1',
  '<!-- recto:finding ffffffffffff -->',
  '--><script>alert(1)</script>',
  '```\n@octocat\n```',
  '````suggestion\nx\n````',
  '![x](https://example.org/x.png)',
  '[x](javascript:alert(1))',
  'https://example.org www.example.org',
  '\u202Egnp.exe',
  '`@octocat`',
  '\n<!-- recto:dismissed ffffffffffff to:c1 -->',
];

describe('text of a pull request', () => {
  const text = fc
    .array(fc.oneof(fc.constantFrom(...NASTY), fc.string({ unit: 'grapheme', maxLength: 20 })))
    .map((parts) => parts.join(' '));
  const bodies = (given: string) => {
    const finding = hostile(given);
    const [matter] = matters([
      { finding, place: { path: 'mm/a.c', startLine: 1, line: 1 }, suggestion: null },
    ]);
    const body = commentOf(matter!, [
      { number: 1, subject: given },
      { number: 2, subject: given },
    ]);
    return { body, gone: goneComment(body, ['0123456789ab'], 'f'.repeat(40)) };
  };

  it('neither fakes nor hides a mark', () => {
    fc.assert(
      fc.property(text, (given) => {
        const { body, gone } = bodies(given);
        expect(readMark(body)).toEqual(mark);
        expect(readMark(gone)).toEqual({ kind: 'gone', ids: ['0123456789ab'] });
      }),
      { numRuns: 300 },
    );
  });

  it('mentions nobody, refers to nothing, and is no markup: outside of code there is none of it', () => {
    fc.assert(
      fc.property(text, (given) => {
        const prose = withoutCode(bodies(given).body.split('\n').slice(0, -1).join('\n'));
        expect(prose).not.toMatch(/@\w/);
        expect(prose).not.toMatch(/#\d/);
        expect(prose).not.toMatch(/<(?!\/?sub>|!-- -->)/);
        expect(prose).not.toMatch(/:\/\/(?!unpkg\.com)/);
        expect(prose).not.toMatch(/(?<!\\)!\[/);
        expect(prose).not.toMatch(/[\u202A-\u202E\u2066-\u2069]/);
      }),
      { numRuns: 300 },
    );
  });

  it('that is too long is cut, with the mark kept and no code block left open', () => {
    const long = withinLength(`\`\`\`\n${'code\n'.repeat(30_000)}\`\`\`\n`, writeMark(mark));
    expect(long.length).toBeLessThanOrEqual(65_536);
    expect(readMark(long)).toEqual(mark);
    expect(long.match(/^```/gm)).toHaveLength(2);
  });
});

/** What is left of Markdown when blocks and spans of code are taken out, as CommonMark has them. */
function withoutCode(markdown: string): string {
  return markdown
    .replace(/^(`{3,})[^\n]*\n[^]*?\n\1$/gm, '')
    .replace(/(?<![\\`])(`+)(?!`)[^]*?(?<!`)\1(?!`)/g, '');
}

describe('names of repositories', () => {
  it.each([
    ['..', 'linux'],
    ['-u', 'linux'],
    ['a/b', 'linux'],
    ['sketch', '..'],
    ['sketch', 'a/b'],
    ['sketch', 'a b'],
    ['sketch', ''],
  ])('%j, %j lead nowhere', (owner, repo) => {
    expect(() => pullRequestName(owner, repo, 1)).toThrow('not a pull request');
  });

  it('of GitHub are fine', () => {
    expect(pullRequestName('a-b', '.github', 3)).toEqual({ owner: 'a-b', repo: '.github', number: 3 });
  });
});

describe('a token', () => {
  it('is in no argument of git, no log line and no file of the clone', async () => {
    const bin = temporaryFolder();
    const cache = temporaryFolder();
    const real = execFileSync('which', ['git'], { encoding: 'utf8' }).trim();
    // Every git that is started tells what it was started with.
    writeFileSync(
      join(bin, 'git'),
      `#!/bin/sh\nprintf '%s\\n' "$*" >> "${bin}/arguments"\nexec "${real}" "$@"\n`,
    );
    chmodSync(join(bin, 'git'), 0o755);
    const { PATH, XDG_CACHE_HOME } = process.env;
    process.env['PATH'] = `${bin}:${PATH ?? ''}`;
    process.env['XDG_CACHE_HOME'] = cache;
    try {
      const world = await startWorld({ source: 'clone', ownJudge: judgeOnce });
      world.push('topic', { [DRAW]: drawAdopts, 'mm/--upload-pack=touch x.c': draw });
      world.state.open(1, 'topic');
      await world.deliver(world.pullRequest('opened', 1));
      expect(world.github.mistakes).toEqual([]);
      expect(world.state.threads).toHaveLength(1);
      const secret = /ghs_|eC1hY2Nlc3MtdG9rZW4|x-access-token/;
      const told = readFileSync(join(bin, 'arguments'), 'utf8');
      expect(told).toContain('fetch --quiet');
      expect(told).not.toMatch(secret);
      expect(world.app.log.join('')).not.toMatch(secret);
      const kept = execFileSync('grep', ['-rlaE', secret.source, cache, '--include=*'], {
        encoding: 'utf8',
        env: { PATH: PATH ?? '' },
        stdio: ['ignore', 'pipe', 'ignore'],
      });
      expect(kept).toBe('');
    } catch (error) {
      // grep: nothing found.
      if ((error as { status?: number }).status !== 1) throw error;
    } finally {
      process.env['PATH'] = PATH;
      process.env['XDG_CACHE_HOME'] = XDG_CACHE_HOME;
    }
  });
});
