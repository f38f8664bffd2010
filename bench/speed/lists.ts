import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readHistory } from '../../src/lists/sources/git-history.js';
import { openSqliteStore } from '../../src/lists/store/sqlite.js';
import { runGit } from '../../src/tree/git-command.js';
import { takeEpoch } from '../mail/take-epoch.js';

// What it takes to read an epoch and to assemble its series, into a store on disk, against `git cat-file --batch` of the
// same mails; alternating, the median of five.
// node dist-bench/bench/speed/lists.js EPOCH.git ...

for (const epoch of process.argv.slice(2)) {
  const { stdout } = await runGit(epoch, ['rev-parse', 'HEAD']);
  const ids: string[] = [];
  for await (const { blob } of readHistory(epoch, null, stdout.toString('latin1').trim(), null))
    ids.push(blob);
  const git: number[] = [];
  const recto: number[] = [];
  for (let round = 0; round < 5; round++) {
    git.push(await timed(() => catFile(epoch, ids)));
    recto.push(
      await timed(async () => {
        const folder = mkdtempSync(join(tmpdir(), 'recto-speed-'));
        const store = openSqliteStore(join(folder, 'recto.db'));
        await takeEpoch(store, epoch);
        store.close();
        rmSync(folder, { recursive: true });
      }),
    );
  }
  const [theirs, ours] = [median(git), median(recto)];
  console.log(
    `${epoch}: ${String(ids.length)} mails; git cat-file --batch ${theirs.toFixed(2)} s, ` +
      `reading and assembling ${ours.toFixed(2)} s: ${(ours / theirs).toFixed(1)} times`,
  );
}

async function timed(work: () => Promise<void>): Promise<number> {
  const before = performance.now();
  await work();
  return (performance.now() - before) / 1000;
}

function median(times: readonly number[]): number {
  return [...times].sort((a, b) => a - b)[Math.floor(times.length / 2)]!;
}

function catFile(epoch: string, ids: readonly string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    const git = spawn('git', ['-C', epoch, 'cat-file', '--batch'], { stdio: ['pipe', 'pipe', 'inherit'] });
    git.stdout.resume();
    git.on('error', reject);
    git.on('close', () => {
      resolve();
    });
    git.stdin.end(ids.join('\n') + '\n');
  });
}
