import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** Servers of Debian's packages, in a folder of their own. */
export interface Machine {
  readonly folder: string;
  /** Runs a command to its end; gives what it prints. */
  run(command: string, words: readonly string[], input?: string): string;
  /** Starts a server. */
  start(command: string, words: readonly string[]): void;
  /** Ends all servers. */
  stop(): void;
}

export function startMachine(folder: string): Machine {
  const env = { ...process.env, HOME: folder, PI_CONFIG: join(folder, 'config') };
  const children: ChildProcess[] = [];
  return {
    folder,
    run(command, words, input = '') {
      const result = spawnSync(command, words, {
        cwd: folder,
        env,
        input,
        encoding: 'utf8',
        timeout: 120_000,
      });
      if (result.status !== 0) throw new Error(`${command}: ${result.stderr} ${String(result.error ?? '')}`);
      return result.stdout;
    },
    start(command, words) {
      children.push(spawn(command, words, { cwd: folder, env, stdio: 'ignore' }));
    },
    stop() {
      for (const child of children) child.kill();
    },
  };
}

export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === 'object' && address ? address.port : 0;
}

export async function until(ready: () => Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 150; tries++) {
    if (await ready().catch(() => false)) return;
    await sleep(200);
  }
  throw new Error('the server did not start');
}

/** A public-inbox server with inboxes. */
export interface PublicInboxServer {
  readonly url: string;
  /** Puts mails into an inbox as public-inbox does it. `rotate` begins another epoch after each. */
  inject(inbox: string, mails: readonly string[], rotate?: boolean): void;
  get(path: string): Promise<{ status: number; body: Buffer }>;
}

const INJECT = `
use strict; use warnings;
use PublicInbox::Config; use PublicInbox::InboxWritable; use PublicInbox::Eml;
my $all = do { local $/; <STDIN> };
my $ibx = PublicInbox::Config->new->lookup_name($ARGV[0]) or die "no inbox";
my $im = PublicInbox::InboxWritable->new($ibx)->importer(0);
$im->{rotate_bytes} = 1 if $ARGV[1];
for (split /\\0/, $all) { $im->add(PublicInbox::Eml->new(\\$_)) or die "not added" }
$im->done;
`;

/** @param inboxes by name, the version of their format */
export async function startPublicInbox(
  machine: Machine,
  inboxes: Readonly<Record<string, 1 | 2>>,
): Promise<PublicInboxServer> {
  const { folder } = machine;
  const url = `http://127.0.0.1:${String(await freePort())}`;
  for (const [name, version] of Object.entries(inboxes)) {
    const format = version === 2 ? ['-V2'] : [];
    const where = [join(folder, name), `${url}/${name}`, `${name}@example.org`];
    machine.run('public-inbox-init', [...format, '-L', 'basic', name, ...where]);
  }
  writeFileSync(join(folder, 'inject.pl'), INJECT);
  machine.start('public-inbox-httpd', ['-W0', '-l', url.replace('http://', '')]);
  const get = async (path: string) => {
    const answer = await fetch(`${url}/${path}`);
    return { status: answer.status, body: Buffer.from(await answer.arrayBuffer()) };
  };
  // An inbox without a mail is not found; that is an answer, too.
  await until(async () => (await get('')).status > 0);
  return {
    url,
    get,
    inject(inbox, mails, rotate = false) {
      machine.run('perl', ['inject.pl', inbox, ...(rotate ? ['rotate'] : [])], mails.join('\0'));
    },
  };
}
