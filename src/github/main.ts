#!/usr/bin/env node
import { run } from 'probot';
import { RectoError } from '../errors.js';
import { rectoApp } from './app.js';
import { startJudgeThread } from './judge-thread.js';
import { RectoOctokit } from './octokit.js';
import { Reviews } from './reviews.js';
import { readSettings } from './settings.js';

/** Starts the app, or, while it is not registered yet, the page that registers it. */
async function start(): Promise<void> {
  const { env } = process;
  loadEnvironment();
  if (env['APP_ID'] && !env['WEBHOOK_SECRET']) {
    // Probot would take a secret that everybody knows.
    throw new RectoError('usage', 'WEBHOOK_SECRET is not set: without it, nobody knows who sends a webhook');
  }
  // The address that the page which registers the app gives GitHub.
  if (env['APP_ID']) env['WEBHOOK_PATH'] ||= '/';
  const settings = readSettings(env);
  const thread = startJudgeThread();
  let reviews: Reviews | null = null;
  const server = await run(
    (app) => {
      reviews = new Reviews(settings, thread.judge, app.log);
      rectoApp(app, reviews);
    },
    { env, Octokit: RectoOctokit },
  );
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      void server
        .stop()
        .then(() => reviews?.close())
        .then(() => thread.close())
        .then(() => process.exit(0));
    });
  }
}

/** The file `.env`, where the page that registers the app has written its credentials. */
function loadEnvironment(): void {
  try {
    process.loadEnvFile();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
}

await start().catch((error: unknown) => {
  if (!(error instanceof RectoError)) throw error;
  process.stderr.write(`recto: ${error.message}\n`);
  process.exitCode = 2;
});
