import { runGit } from '../../tree/git-command.js';
import type { ObjectReader } from '../../tree/objects.js';
import { readLetter } from '../letter.js';
import { foundMail, type Batch, type SourceEvent } from '../source.js';
import { readHistory, type HistoryEntry } from './git-history.js';

/** One git repository of an archive: `0` is its oldest epoch. */
export interface Epoch {
  readonly number: number;
  readonly directory: string;
}

/** Where an epoch was read to. */
export interface EpochPosition {
  readonly commit: string;
  /** True while an epoch that was rewritten is read again. */
  readonly again?: boolean;
}

/** Some of what is new in an epoch, and where it was read to then. */
export interface EpochBatch {
  readonly batch: Omit<Batch, 'position'>;
  readonly reached: EpochPosition;
}

/** Mails of a batch, about: a commit is never cut in two. */
const BATCH_MAILS = 1500;

/**
 * What is new in an epoch since `known` (null: all of it). Where its history was rewritten, it is read again, and what is
 * not there any more is gone.
 *
 * @param start seconds: what is older was not wanted when reading began; null: all
 */
export async function* readEpoch(
  epoch: Epoch,
  known: EpochPosition | null,
  start: number | null,
  objects: ObjectReader,
): AsyncIterable<EpochBatch> {
  const head = await headOf(epoch.directory);
  if (head === null) return;
  if (known?.commit === head && known.again !== true) return;
  const rewritten = known !== null && !(await isAncestor(epoch.directory, known.commit, head));
  const again = rewritten || known?.again === true;
  const prefix = `${String(epoch.number)}:`;
  const since = known === null || again ? start : null;
  const from = rewritten ? null : (known?.commit ?? null);
  let first: SourceEvent[] = rewritten ? [{ kind: 'rewritten', prefix }] : [];
  let batch: HistoryEntry[] = [];
  // The next mails are asked for while these are read, so that git is never idle.
  let ahead: Promise<EpochBatch> | null = null;
  for await (const entry of readHistory(epoch.directory, from, head, since)) {
    const last = batch.at(-1);
    if (last !== undefined && batch.length >= BATCH_MAILS && entry.commit !== last.commit) {
      const reached = again ? { commit: last.commit, again } : { commit: last.commit };
      const read = readMails(first, prefix, batch, objects).then((events) => ({
        batch: { events },
        reached,
      }));
      // Whoever stops early never awaits it.
      read.catch(() => undefined);
      if (ahead !== null) yield await ahead;
      [ahead, first, batch] = [read, [], []];
    }
    batch.push(entry);
  }
  const rest = readMails(first, prefix, batch, objects);
  rest.catch(() => undefined);
  if (ahead !== null) yield await ahead;
  const events = await rest;
  yield { batch: again ? { events, rereadEnds: prefix } : { events }, reached: { commit: head } };
}

/** The commit that an epoch ends with; null while there is none. */
export async function headOf(directory: string): Promise<string | null> {
  const { status, stdout } = await runGit(directory, ['rev-parse', '--verify', '--quiet', 'HEAD^{commit}']);
  return status === 0 ? stdout.toString('latin1').trim() : null;
}

async function isAncestor(directory: string, commit: string, head: string): Promise<boolean> {
  const { status } = await runGit(directory, ['merge-base', '--is-ancestor', commit, head]);
  return status === 0;
}

/** Reads some mails of an epoch; gives what they tell, behind what is to be told first. */
async function readMails(
  first: readonly SourceEvent[],
  prefix: string,
  entries: readonly HistoryEntry[],
  objects: ObjectReader,
): Promise<SourceEvent[]> {
  const events = [...first];
  await objects.readEach(
    entries.map(({ blob }) => blob),
    (found, at) => {
      const event = eventOf(prefix, entries[at]!, found instanceof Error ? found : (found?.content ?? null));
      if (event) events.push(event);
    },
  );
  return events;
}

function eventOf(prefix: string, entry: HistoryEntry, found: Buffer | Error | null): SourceEvent | null {
  const place = `${prefix}${entry.blob}`;
  if (entry.deletes) {
    const messageId = found instanceof Buffer ? readLetter(found).messageId : null;
    return { kind: 'deleted', place, messageId };
  }
  if (found instanceof Error) return { kind: 'unreadable', place, reason: found.message };
  // What the history names and the repository does not have was purged; so was what is empty now.
  if (found === null || found.length === 0) return null;
  return foundMail(place, found, entry.time * 1000, true);
}
