import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { decideAnswer } from '../../src/lists/policy/decide.js';
import { matchesGlob } from '../../src/lists/policy/glob.js';
import { policyFrom, readText } from './policies.js';

const about = { author: 'a@example.org', recipients: ['linux-mm@example.org'], paths: ['mm/swap.c'] };

describe('recto.yml', () => {
  it('is silent by default', () => {
    const policy = policyFrom('');
    expect(policy.send).toBeNull();
    expect(decideAnswer(policy, about)).toMatchObject({ to: 'nobody', positive: false });
  });

  it('adds what later rules say to what earlier ones say', () => {
    const policy = policyFrom(
      "answers: [{ to: author, also: [x@y.org], embargo: 2h }, { paths: ['mm/swap*'], to: list, also: [z@y.org] }]",
    );
    expect(decideAnswer(policy, about)).toMatchObject({
      to: 'list',
      also: ['x@y.org', 'z@y.org'],
      embargo: 7_200_000,
    });
    expect(decideAnswer(policy, { ...about, paths: ['fs/a.c'] })).toMatchObject({ to: 'author' });
  });

  it.each([
    ['answer: []', /recto\.yml:5: .*answer/],
    ['settle: soon', /recto\.yml:5: settle: a time such as 90s, 10m, 6h or 3d is expected/],
    [
      'answers:\n  - to: everybody',
      /recto\.yml:6: answers\[0\]\.to: nobody, reviewer, author or list is expected/,
    ],
    ['answers:\n  - to: reviewer', /recto\.yml:6: answers\[0\]\.reviewer: who is the reviewer/],
    ['bots: [not an address]', /recto\.yml:5: bots\[0\]/],
    [
      'send: { smtp: { host: a }, mbox: b }',
      /recto\.yml:5: send: send is exactly one of smtp, maildir or mbox/,
    ],
    ['archive: { source: nowhere }', /recto\.yml:5: archive\.source: there is no source nowhere/],
    ['settle: [', /recto\.yml:\d+: this is not YAML/],
  ])('says which line and field is wrong: %s', (lines, message) => {
    expect(() => policyFrom(lines)).toThrow(message);
  });

  it.each(['ext::sh -c touch% x', '--upload-pack=x', '-x'])(
    'takes no command for a repository: %s',
    (place) => {
      const text = `identity: { name: R, address: r@x.org }\nsources: [{ name: a, publicInbox: '${place}' }]\n`;
      expect(() => readText(text)).toThrow(
        /recto\.yml:2: sources\[0\]\.publicInbox: a URL or a path is expected/,
      );
    },
  );
});

describe('docs/follow.md', () => {
  const text = readFileSync(join(import.meta.dirname, '../../docs/follow.md'), 'utf8');
  const whole = [...text.matchAll(/^( *)```yaml\n([^]*?)^ *```$/gm)]
    .map(([, indent, block]) => block!.replaceAll(new RegExp(`^${indent!}`, 'gm'), ''))
    .filter((block) => block.startsWith('identity:'));

  it('shows policies that are read as they stand', () => {
    expect(whole.length).toBeGreaterThanOrEqual(2);
    for (const policy of whole) expect(readText(policy).sources.length).toBeGreaterThan(0);
    expect(
      decideAnswer(readText(whole.at(-1)!), { ...about, recipients: ['linux-mm@kvack.org'] }),
    ).toMatchObject({
      to: 'reviewer',
      branch: 'mm-unstable',
    });
  });
});

describe('patterns of paths', () => {
  it.each([
    ['mm/', 'mm/a/b.c', true],
    ['mm/*.c', 'mm/a.c', true],
    ['mm/*.c', 'mm/a/b.c', false],
    ['**/*.c', 'a.c', true],
    ['**/*.c', 'a/b/c.c', true],
    ['mm/swap?.c', 'mm/swap1.c', true],
    ['mm/a.c', 'mm/axc', false],
  ])('%s and %s', (pattern, path, matches) => {
    expect(matchesGlob(path, pattern)).toBe(matches);
  });
});
