import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { configurationSchema, parseConfiguration } from '../../src/github/configuration.js';
import { judgeOnce, startWorld, type World } from './double/world.js';
import { DRAW, drawAdopts, findChecks, PAGES } from './sketches.js';

describe('.github/recto.yml', () => {
  it('may be empty', () => {
    const configuration = parseConfiguration('');
    expect(configuration.covers('mm/rmap.c')).toBe(true);
    expect(configuration).toMatchObject({
      leastSeverity: 'low',
      conclusion: { high: 'failure', medium: 'neutral', low: 'neutral' },
      rules: null,
    });
  });

  it.each([
    ['mm', 'mm/rmap.c', true],
    ['mm/', 'mm/rmap.c', true],
    ['mm/*.c', 'mm/rmap.c', true],
    ['mm/*.c', 'mm/damon/core.c', false],
    ['mm/**', 'mm/damon/core.c', true],
    ['**/*.h', 'mm.h', true],
    ['**/*.h', 'include/linux/mm.h', true],
    ['fs/ext?', 'fs/ext4/inode.c', true],
    ['mm', 'drivers/mm/x.c', false],
    ['m.', 'mm/x.c', false],
  ])('a path %s covers %s: %s', (pattern, path, covered) => {
    expect(parseConfiguration(`paths: ["${pattern}"]`).covers(path)).toBe(covered);
  });

  it.each([
    ['conclusion:\n  hihg: failure\n', '.github/recto.yml:2: conclusion: Unrecognized key: "hihg"'],
    ['paths: mm\n', '.github/recto.yml:1: paths: Invalid input: expected array, received string'],
    [
      'least-severity: severe\n',
      '.github/recto.yml:1: least-severity: Invalid option: expected one of "high"|"medium"|"low"',
    ],
    [
      'rules: ../outside\n',
      '.github/recto.yml:1: rules: expected the path of a folder, from the top of the repository',
    ],
    [
      'rules: /etc\n',
      '.github/recto.yml:1: rules: expected the path of a folder, from the top of the repository',
    ],
    ['paths: [mm\n', /^\.github\/recto\.yml:\d: this is not YAML: /],
  ])('says what is wrong with %j', (text, message) => {
    expect(() => parseConfiguration(text)).toThrow(message);
  });
});

describe('docs/recto.schema.json', () => {
  const file = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
  const schema = JSON.parse(file('docs/recto.schema.json')) as object;

  it('is what Recto checks', () => {
    expect(schema).toEqual(configurationSchema());
  });

  it('takes the example, and no field that there is not', () => {
    const check = new Ajv2020().compile(schema);
    expect(check(parse(file('examples/github/recto.yml')))).toBe(true);
    expect(check({ path: ['mm'] })).toBe(false);
    expect(check({ 'least-severity': 'severe' })).toBe(false);
  });
});

async function withConfiguration(files: Readonly<Record<string, string>>): Promise<World> {
  const world = await startWorld({ source: 'mirror', ownJudge: judgeOnce });
  world.push('master', files);
  world.push('topic', { [DRAW]: drawAdopts, [PAGES]: findChecks });
  world.state.open(1, 'topic');
  await world.deliver(world.pullRequest('opened', 1));
  expect(world.github.mistakes).toEqual([]);
  return world;
}

describe('a repository', () => {
  it('chooses paths, checks and conclusions', async () => {
    const world = await withConfiguration({
      '.github/recto.yml':
        'paths: [mm/sketch.c, mm/sketch_draw.c]\nchecks-off: [widened-non-atomic-update]\nconclusion: { high: neutral }\n',
    });
    expect(world.state.threads.map(({ path }) => path)).toEqual([PAGES]);
    expect(world.state.checkRuns[0]).toMatchObject({ conclusion: 'neutral', output: { title: '1 finding' } });
  });

  it('is not bothered with pull requests that are none of its paths', async () => {
    const world = await withConfiguration({ '.github/recto.yml': 'paths: [fs]\n' });
    expect(world.state.checkRuns[0]).toMatchObject({
      conclusion: 'success',
      output: { title: 'Nothing to report' },
    });
    expect(world.state.checkRuns[0]!.output.summary).toContain('changes no C source');
  });

  it('is told of a mistake, with its place, and nothing is reviewed', async () => {
    const world = await withConfiguration({ '.github/recto.yml': '# ours\nleast-severity: severe\n' });
    expect(world.state.threads).toEqual([]);
    expect(world.state.checkRuns[0]).toMatchObject({
      conclusion: 'action_required',
      output: { title: 'The configuration has a mistake' },
    });
    expect(world.state.checkRuns[0]!.output.summary).toContain('.github/recto.yml:2: least-severity');
  });

  it('is not configured by a pull request', async () => {
    const world = await startWorld({ source: 'mirror', ownJudge: judgeOnce });
    world.push('topic', { [DRAW]: drawAdopts, '.github/recto.yml': 'paths: [fs]\n' });
    world.state.open(1, 'topic');
    await world.deliver(world.pullRequest('opened', 1));
    expect(world.state.threads.map(({ path }) => path)).toEqual([DRAW]);
  });

  it('brings rules of its own', async () => {
    const world = await withConfiguration({
      '.github/recto.yml': 'rules: .github/recto\n',
      '.github/recto/checks/widened-non-atomic-update.yml': 'id: widened-non-atomic-update\nseverity: low\n',
    });
    const levels = world.state.checkRuns[0]!.annotations.map(({ path, annotation_level }) => [
      path,
      annotation_level,
    ]);
    expect(levels).toEqual([
      [PAGES, 'failure'],
      [DRAW, 'notice'],
    ]);
  });

  it('is told of a mistake in its rules', async () => {
    const world = await withConfiguration({
      '.github/recto.yml': 'rules: .github/recto\n',
      '.github/recto/contracts/own.yml': 'contracts:\n  - function: f\n    retrns: fresh\n',
    });
    expect(world.state.checkRuns[0]!.conclusion).toBe('action_required');
    expect(world.state.checkRuns[0]!.output.summary).toContain('recto/contracts/own.yml:');
  });

  it('is told when it names a folder without rules', async () => {
    const world = await withConfiguration({ '.github/recto.yml': 'rules: .github/recto\n' });
    expect(world.state.checkRuns[0]!.output.summary).toContain('master has no .yml files in .github/recto');
  });
});
