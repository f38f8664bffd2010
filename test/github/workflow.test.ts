import { spawnSync } from 'node:child_process';
import { chmodSync, cpSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { parseConfiguration } from '../../src/github/configuration.js';
import { readSettings } from '../../src/github/settings.js';
import { commit, git, repository, temporaryFolder } from '../tree/repository.js';
import { DRAW, drawAdopts } from './sketches.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const examples = join(root, 'examples/github');

interface Workflow {
  readonly jobs: {
    readonly review: { readonly steps: readonly { readonly name?: string; readonly run?: string }[] };
  };
}

describe('the examples', () => {
  it('recto.yml is understood', () => {
    const configuration = parseConfiguration(readFileSync(join(examples, 'recto.yml'), 'utf8'));
    expect(configuration.covers('mm/rmap.c')).toBe(true);
    expect(configuration.covers('drivers/tty/tty_io.c')).toBe(false);
    expect(configuration).toMatchObject({
      leastSeverity: 'medium',
      conclusion: { high: 'failure', medium: 'neutral', low: 'neutral' },
      checksOff: new Set(['speculative-update']),
      rules: '.github/recto',
    });
    for (const id of configuration.checksOff)
      expect(existsSync(join(root, `docs/checks/${id}.md`))).toBe(true);
  });

  it('settings.yml is understood', () => {
    expect(readSettings({ RECTO_SETTINGS: join(examples, 'settings.yml') })).toMatchObject({
      mirrors: new Map([['example/linux', '/srv/git/linux.git']]),
      cloneLimit: 20e9,
      reviewTimeoutMs: 3_600_000,
      gitHost: 'https://github.com',
    });
  });

  it('settings with a mistake are refused with its place', () => {
    const file = join(temporaryFolder(), 'settings.yml');
    const refused = (text: string) => {
      writeFileSync(file, text);
      return () => readSettings({ RECTO_SETTINGS: file });
    };
    expect(refused('clones: { gigabytes: many }')).toThrow(`${file}:1: clones.gigabytes: `);
    expect(refused('mirrors:\n  a/b: here')).toThrow('mirrors.a/b: expected an absolute path');
    expect(refused('mirror: {}')).toThrow(`${file}:1: Unrecognized key: "mirror"`);
  });

  it('the review step of workflow.yml writes SARIF with the finding, and passes', () => {
    const workflow = parse(readFileSync(join(examples, 'workflow.yml'), 'utf8')) as Workflow;
    const { run } = workflow.jobs.review.steps.find(({ name }) => name === 'Review')!;
    const folder = repository();
    cpSync(join(root, 'examples/tree'), folder, { recursive: true });
    commit(folder, {});
    commit(folder, { [DRAW]: drawAdopts }, 'mm/sketch: adopt folios');
    // As actions/checkout leaves it: no branch, no more history than was asked for.
    const checkout = join(temporaryFolder(), 'linux');
    git(folder, 'clone', '-q', '--depth=2', `file://${folder}`, checkout);
    git(checkout, 'checkout', '-q', '--detach');
    const bin = temporaryFolder();
    writeFileSync(
      join(bin, 'npx'),
      `#!/bin/sh\nshift 2\nexec "${process.execPath}" "${join(root, 'dist/cli/main.js')}" "$@"\n`,
    );
    chmodSync(join(bin, 'npx'), 0o755);
    // GitHub runs steps like this.
    const step = spawnSync('bash', ['--noprofile', '--norc', '-e', '-o', 'pipefail', '-c', run!], {
      cwd: checkout,
      encoding: 'utf8',
      env: { PATH: `${bin}:${process.env['PATH'] ?? ''}`, HOME: bin, COMMITS: '1' },
    });
    expect({ status: step.status, stderr: step.stderr }).toEqual({ status: 0, stderr: '' });
    const sarif = JSON.parse(readFileSync(join(checkout, 'recto.sarif'), 'utf8')) as {
      readonly runs: readonly { readonly results: readonly { readonly ruleId: string }[] }[];
    };
    expect(sarif.runs[0]!.results[0]!.ruleId).toBe('widened-non-atomic-update');
  });
});
