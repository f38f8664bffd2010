import { resolve } from 'node:path';
import { mkdirSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { RectoError } from '../errors.js';
import { followOnce, nextDue, recover, type Log } from '../lists/follow.js';
import type { Policy } from '../lists/policy/policy.js';
import { readPolicy } from '../lists/policy/read.js';
import { snapshotReviewer, treeReviewer, type Reviewer } from '../lists/reviewer.js';
import { openTransport } from '../lists/send/open.js';
import type { Transport } from '../lists/send/transport.js';
import type { Source } from '../lists/source.js';
import { openSource } from '../lists/sources/open.js';
import { lockStore, openSqliteStore } from '../lists/store/sqlite.js';
import { settleByHand } from '../lists/send/by-hand.js';
import { replyBody } from '../report/reply.js';
import { counted } from '../report/lines.js';
import { status } from './failure.js';
import { ruleFolders } from './review-request.js';
import { note, type Terminal } from './terminal.js';

/** Options of `recto follow`. */
export interface FollowOptions {
  readonly config: string;
  readonly once?: boolean;
  /** `<message-id>=sent|send|drop`: what became, or is to become, of answers in doubt or failed. */
  readonly settle: readonly string[];
}

/** What is open while a policy is in force. */
interface Session {
  readonly policy: Policy;
  readonly sources: readonly Source[];
  readonly reviewer: Reviewer;
  readonly transport: Transport | null;
}

/** `recto follow`: reads lists, reviews what comes, and answers as the policy says. */
export async function follow(options: FollowOptions, terminal: Terminal): Promise<number> {
  const file = resolve(terminal.cwd, options.config);
  const policy = readPolicy(file);
  mkdirSync(dirname(policy.store), { recursive: true });
  const lock = lockStore(policy.store);
  const ending = new AbortController();
  const end = () => {
    ending.abort();
  };
  process.once('SIGTERM', end).once('SIGINT', end);
  try {
    const store = openSqliteStore(policy.store);
    let session = openSession(policy, terminal);
    let known = changedAt(file);
    try {
      recover(store, Date.now());
      for (const word of options.settle) note(terminal, settleByHand(store, word, Date.now()));
      for (;;) {
        const changed = changedAt(file);
        if (changed !== known) {
          known = changed;
          session = await reopen(session, file, terminal);
        }
        const { signal } = ending;
        const log = logTo(terminal);
        await followOnce({ ...session, store, writeBody: replyBody, now: Date.now, signal, log });
        if (options.once === true || signal.aborted) return status.fine;
        await waitForNews(session, nextDue(store), signal);
        if (ending.signal.aborted) return status.fine;
      }
    } finally {
      await closeSession(session);
      store.close();
    }
  } finally {
    process.off('SIGTERM', end).off('SIGINT', end);
    lock.release();
  }
}

function openSession(policy: Policy, terminal: Terminal): Session {
  const rules = ruleFolders(policy.rules, terminal);
  return {
    policy,
    sources: policy.sources.map((source) => openSource(source, policy)),
    reviewer: policy.tree === null ? snapshotReviewer(rules) : treeReviewer(policy.tree, rules),
    transport: openTransport(policy),
  };
}

async function closeSession({ sources, reviewer, transport }: Session): Promise<void> {
  for (const source of sources) await source.close();
  reviewer.close();
  await transport?.close();
}

/** A policy with a mistake in it changes nothing: the one before stays in force. */
async function reopen(session: Session, file: string, terminal: Terminal): Promise<Session> {
  try {
    const policy = readPolicy(file);
    if (policy.store !== session.policy.store) {
      throw new RectoError(
        'bad-policy',
        `${file}: store: the store stays as it was until recto is started again`,
      );
    }
    const next = openSession(policy, terminal);
    await closeSession(session);
    note(terminal, `${file} has changed and was read again`);
    return next;
  } catch (error) {
    if (!(error instanceof RectoError)) throw error;
    note(terminal, `${error.message}; the policy before stays in force`);
    return session;
  }
}

/** Tells one content of a file from another; 0 while there is none. */
function changedAt(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}

/** Until the next poll, or something is due, or a source has news, or we are to end. */
async function waitForNews(session: Session, due: number | null, ending: AbortSignal): Promise<void> {
  const waiting = new AbortController();
  const signal = AbortSignal.any([waiting.signal, ending]);
  const rest = Math.min(session.policy.poll, Math.max((due ?? Infinity) - Date.now(), 1000));
  const timer = setTimeout(() => {
    waiting.abort();
  }, rest);
  const over = new Promise<void>((resolve) => {
    signal.addEventListener('abort', () => {
      resolve();
    });
    if (signal.aborted) resolve();
  });
  const news = session.sources.flatMap((source) => (source.changed ? [source.changed(signal)] : []));
  await Promise.race([over, ...news]);
  clearTimeout(timer);
  waiting.abort();
}

function logTo(terminal: Terminal): Log {
  return {
    read: (source, { mails, patches, aside, deleted }) => {
      const parts = [
        `${counted(mails, 'mail')}, ${String(patches)} with a patch`,
        ...(aside > 0 ? [`${String(aside)} kept aside`] : []),
        ...(deleted > 0 ? [`${String(deleted)} taken away`] : []),
      ];
      note(terminal, `${source}: ${parts.join(', ')}`);
    },
    trouble: (source, reason) => {
      note(terminal, `${source}: ${reason}`);
    },
    reviewed: ({ title, version }, outcome) => {
      const which = `${JSON.stringify(title)}${version > 1 ? ` v${String(version)}` : ''}`;
      if (outcome.kind === 'reviewed') {
        const { findings, answers } = outcome;
        note(terminal, `${which}: ${counted(findings, 'finding')}, ${counted(answers, 'answer')} written`);
      } else if (outcome.kind !== 'passed') note(terminal, `${which}: ${outcome.reason}`);
    },
    sent: ({ sent, failed, doubt }) => {
      const parts = [`${counted(sent, 'answer')} sent`];
      if (failed > 0) parts.push(`${String(failed)} refused`);
      if (doubt > 0) parts.push(`${String(doubt)} in doubt (recto status shows them)`);
      note(terminal, parts.join(', '));
    },
  };
}
