import { spawn } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';

/** What one run of a program cost, its children included. */
export interface Cost {
  /** Seconds by the clock. */
  readonly wall: number;
  /** Seconds of processor time, user and system. */
  readonly cpu: number;
  /** Most memory that one process held, in bytes. */
  readonly peak: number;
  readonly stdout: string;
}

/** A program to run. */
export interface Program {
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Exit statuses that mean that the work was done; 0 when left out. */
  readonly expected?: readonly number[];
}

/** Where GNU time is: the shell's own `time` cannot tell the peak of memory. */
const time = '/usr/bin/time';

/**
 * Runs a program under GNU time.
 *
 * @param scratch a folder for the times
 * @throws Error with what the program said, when it fails
 */
export async function costOf(program: Program, scratch: string): Promise<Cost> {
  const times = join(scratch, 'times');
  const { stdout, stderr, status } = await run(program, ['-f', '%e %U %S %M', '-o', times]);
  if (!(program.expected ?? [0]).includes(status ?? -1)) {
    throw new Error(`${program.command} ended with ${String(status)}: ${stderr.slice(-2000)}`);
  }
  // Where the program fails, a line of words comes before the numbers.
  const [wall, user, system, peak] = readFileSync(times, 'utf8')
    .trim()
    .split('\n')
    .at(-1)!
    .split(' ')
    .map(Number);
  rmSync(times);
  return { wall: wall!, cpu: user! + system!, peak: peak! * 1024, stdout };
}

function run(
  { command, args, cwd, env }: Program,
  timing: readonly string[],
): Promise<{ stdout: string; stderr: string; status: number | null }> {
  return new Promise((resolve, reject) => {
    const child = spawn(time, [...timing, command, ...args], {
      cwd,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const out: Buffer[] = [];
    let stderr = '';
    child.stdout.on('data', (chunk: Buffer) => out.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString('utf8')));
    child.on('error', (error) => {
      reject(new Error(`${time} is needed to measure (Debian: apt install time): ${error.message}`));
    });
    child.on('close', (status) => {
      resolve({ stdout: Buffer.concat(out).toString('utf8'), stderr, status });
    });
  });
}
