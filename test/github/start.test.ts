import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { temporaryFolder } from '../tree/repository.js';
import { MANIFEST, PRIVATE_KEY } from './double/server.js';
import { send, WEBHOOK_SECRET } from './double/webhooks.js';
import { startWorld } from './double/world.js';
import { DRAW, drawAdopts } from './sketches.js';

// The built app, as `npm start` starts it: `npm test` and `npm ci` build it.
const root = fileURLToPath(new URL('../..', import.meta.url));
const built = join(root, 'dist/github/main.js');

/** Starts the app as a process; gives its address once it listens, and all that it prints. */
async function start(
  environment: Readonly<Record<string, string>>,
): Promise<{ url: string; output: () => string }> {
  const port = await freePort();
  const app = spawn(process.execPath, [built], {
    cwd: root,
    env: {
      PATH: process.env['PATH'],
      HOME: temporaryFolder(),
      NO_SMEE_SETUP: 'true',
      HOST: '127.0.0.1',
      PORT: String(port),
      LOG_LEVEL: 'trace',
      ...environment,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [app.stdout, app.stderr])
    stream.on('data', (chunk: Buffer) => (output += String(chunk)));
  const ended = new Promise((resolve) => app.on('close', resolve));
  onTestFinished(async () => {
    app.kill('SIGTERM');
    await ended;
  });
  while (!output.includes('Listening on')) {
    if (app.exitCode !== null) throw new Error(output);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return { url: `http://127.0.0.1:${String(port)}`, output: () => output };
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

const credentials = { APP_ID: '1', PRIVATE_KEY, WEBHOOK_SECRET };

// A checkout with credentials of its own is not the place for this.
describe.skipIf(existsSync(join(root, '.env')))('npm start', () => {
  it('without credentials opens the page that registers the app from app.yml', async () => {
    const { url } = await start({});
    const page = await (await fetch(`${url}/probot`)).text();
    const manifest = JSON.parse(/name="manifest"[^>]*value='([^']*)'/.exec(page)![1]!) as typeof MANIFEST;
    expect(manifest.default_permissions).toEqual(MANIFEST.default_permissions);
    expect(manifest.default_events).toEqual(MANIFEST.default_events);
    expect(manifest).toMatchObject({ public: false, hook_attributes: { url: `${url}/` } });
  });

  it('refuses to run with a webhook secret that everybody knows', async () => {
    await expect(start({ ...credentials, WEBHOOK_SECRET: '' })).rejects.toThrow('WEBHOOK_SECRET is not set');
  });

  it('refuses settings with a mistake', async () => {
    const environment = { ...credentials, RECTO_SETTINGS: '/there/is/no.yml' };
    await expect(start(environment)).rejects.toThrow('RECTO_SETTINGS: cannot read /there/is/no.yml');
  });

  it(
    'reviews in a thread of its own, and answers webhooks where the manifest says',
    { timeout: 120_000 },
    async () => {
      const world = await startWorld();
      world.push('topic', { [DRAW]: drawAdopts });
      world.state.open(1, 'topic');
      const app = await start({
        ...credentials,
        GHE_HOST: world.github.url.replace('http://', ''),
        GHE_PROTOCOL: 'http',
        XDG_CACHE_HOME: temporaryFolder(),
      });
      expect(await send(app.url, world.pullRequest('opened', 1), { path: '/' })).toBe(200);
      while (world.state.checkRuns[0]?.status !== 'completed') {
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
      expect(world.github.mistakes).toEqual([]);
      expect(world.state.threads.map(({ path, line }) => [path, line])).toEqual([[DRAW, 19]]);
      expect(world.state.checkRuns[0]!.output.summary).toContain('from a partial clone');
      // Tokens are in no log, at any level.
      expect(app.output()).toContain('/pulls/1/reviews');
      expect(app.output()).not.toMatch(/ghs_|[Bb]asic [\w+/]{20}|BEGIN RSA/);
    },
  );
});
