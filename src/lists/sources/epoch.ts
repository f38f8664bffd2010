import { RectoError } from '../../errors.js';
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

const BATCH_EVENTS = 1000;

/** Mails asked for at once. */
const WINDOW = 24;

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
  let events: SourceEvent[] = rewritten ? [{ kind: 'rewritten', prefix }] : [];
  let commit = known?.commit ?? head;
  for await (const [entry, found] of withContents(readHistory(epoch.directory, from, head, since), objects)) {
    // A commit is never cut in two: the position is that of whole commits.
    if (entry.commit !== commit && events.length >= BATCH_EVENTS) {
      yield { batch: { events }, reached: again ? { commit, again } : { commit } };
      events = [];
    }
    commit = entry.commit;
    const event = eventOf(prefix, entry, found);
    if (event) events.push(event);
  }
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

/** Asks for the mails some entries ahead, so that git is never idle, and gives them in order. */
async function* withContents(
  entries: AsyncIterable<HistoryEntry>,
  objects: ObjectReader,
): AsyncIterable<[HistoryEntry, Buffer | Error | null]> {
  const pending: [HistoryEntry, Promise<Buffer | Error | null>][] = [];
  for await (const entry of entries) {
    const content = objects.read(entry.blob).then(
      (object) => object?.content ?? null,
      (error: unknown) => {
        if (error instanceof RectoError && error.code === 'too-large') return error;
        throw error;
      },
    );
    // Whoever stops early never awaits the rest.
    content.catch(() => undefined);
    pending.push([entry, content]);
    if (pending.length < WINDOW) continue;
    const [first, bytes] = pending.shift()!;
    yield [first, await bytes];
  }
  for (const [entry, bytes] of pending) yield [entry, await bytes];
}
