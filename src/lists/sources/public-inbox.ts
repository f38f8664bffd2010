import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { RectoError } from '../../errors.js';
import { MAX_LIST_MAIL_BYTES } from '../../mail/limits.js';
import { ObjectReader } from '../../tree/objects.js';
import type { Source, Start } from '../source.js';
import { headOf, readEpoch, type Epoch, type EpochPosition } from './epoch.js';
import { hasThread, readInThread } from './epoch-thread.js';
import { fetchInto, isRepository, mirror } from './git-fetch.js';

/** Where a public-inbox archive is. */
export interface Inbox {
  /** A URL, or the absolute path of an inbox (v2, v1), of a folder with epochs, or of one epoch. */
  readonly from: string;
  readonly remote: boolean;
  /** Whether to run `git fetch` in the epochs of a path. */
  readonly fetch: boolean;
  /** A folder of our own for what is at a URL. */
  readonly mirrors: string;
}

/** Where each epoch was read to. */
interface Position {
  /** Seconds; what is older was not wanted when reading began. */
  readonly since: number | null;
  readonly epochs: Readonly<Record<string, EpochPosition>>;
}

/** How often epochs that have come to their end are fetched again: rewriting them is rare. */
const OLD_EPOCHS = 24 * 3600 * 1000;

/**
 * A public-inbox archive: git repositories ("epochs") in which every commit brings a mail (`m`; v1: a path made of the
 * message-id's hash) or takes one away (`d`; v1: the path goes).
 * See public-inbox-v2-format(5) and public-inbox-v1-format(5).
 */
export function publicInbox(name: string, inbox: Inbox, start: Start): Source {
  const readers = new Map<string, ObjectReader>();
  const fetched = new Map<number, number>();
  /** By number: looking for them again for each mail takes longer than reading it. */
  const directories = new Map<string, string>();
  const reader = (directory: string) => {
    let known = readers.get(directory);
    if (known === undefined) {
      known = new ObjectReader(directory, true, MAX_LIST_MAIL_BYTES);
      readers.set(directory, known);
    }
    return known;
  };
  return {
    name,
    keeps: true,
    async *read(position) {
      const epochs = await bringUpToDate(inbox, fetched);
      let at: Position =
        position === null ? { since: sinceOf(start), epochs: {} } : (JSON.parse(position) as Position);
      if (position === null && start === 'now') {
        for (const epoch of epochs) {
          const head = await headOf(epoch.directory);
          if (head !== null) at = moved(at, epoch, { commit: head });
        }
        yield { events: [], position: JSON.stringify(at) };
        return;
      }
      for (const epoch of epochs) {
        const known = at.epochs[String(epoch.number)] ?? null;
        // The first time, all of it is read: there, a thread is worth its while.
        const batches =
          known === null && hasThread
            ? readInThread({ epoch, start: at.since })
            : readEpoch(epoch, known, at.since, reader(epoch.directory));
        for await (const { batch, reached } of batches) {
          at = moved(at, epoch, reached);
          yield { ...batch, position: JSON.stringify(at) };
        }
      }
    },
    async fetch(place) {
      const [number, blob] = place.split(':');
      if (number === undefined || !blob) return null;
      if (!directories.has(number)) {
        for (const epoch of localEpochs(inbox)) directories.set(String(epoch.number), epoch.directory);
      }
      const directory = directories.get(number);
      return directory === undefined ? null : ((await reader(directory).read(blob))?.content ?? null);
    },
    async close() {
      for (const one of readers.values()) await one.close();
      readers.clear();
    },
  };
}

function sinceOf(start: Start): number | null {
  if (start === 'now') return Math.floor(Date.now() / 1000);
  return start === 'beginning' ? null : Math.floor(start.since / 1000);
}

function moved(position: Position, epoch: Epoch, reached: EpochPosition): Position {
  return { ...position, epochs: { ...position.epochs, [String(epoch.number)]: reached } };
}

/** Fetches what there is to fetch, and new epochs; gives all epochs, the oldest first. */
async function bringUpToDate(inbox: Inbox, fetched: Map<number, number>): Promise<Epoch[]> {
  if (!inbox.remote) {
    const epochs = localEpochs(inbox);
    if (epochs.length === 0) {
      throw new RectoError('no-list', `there is no public-inbox archive in ${inbox.from}`, inbox.from);
    }
    if (inbox.fetch) for (const { directory } of epochs) await fetchInto(directory);
    return epochs;
  }
  mkdirSync(inbox.mirrors, { recursive: true, mode: 0o700 });
  const known = localEpochs(inbox);
  if (known.length === 0 && !(await isRepository(`${inbox.from}/0`, inbox.mirrors))) {
    // A v1 archive has no epochs: it is one repository.
    await mirrorEpoch(inbox, 0, inbox.from);
    fetched.set(0, Date.now());
    return localEpochs(inbox);
  }
  const version1 = existsSync(join(inbox.mirrors, 'v1.git'));
  const newest = known.at(-1)?.number ?? 0;
  for (const number of known.length === 0 ? [0] : known.map((epoch) => epoch.number)) {
    const due = number === newest || Date.now() - (fetched.get(number) ?? 0) > OLD_EPOCHS;
    if (!due) continue;
    await mirrorEpoch(inbox, number, version1 ? inbox.from : `${inbox.from}/${String(number)}`);
    fetched.set(number, Date.now());
  }
  if (version1) return localEpochs(inbox);
  for (let number = newest + 1; ; number++) {
    const url = `${inbox.from}/${String(number)}`;
    if (!(await isRepository(url, inbox.mirrors))) break;
    await mirrorEpoch(inbox, number, url);
    fetched.set(number, Date.now());
  }
  return localEpochs(inbox);
}

async function mirrorEpoch(inbox: Inbox, number: number, url: string): Promise<void> {
  const directory = join(inbox.mirrors, url === inbox.from ? 'v1.git' : `${String(number)}.git`);
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  await mirror(url, directory);
}

function localEpochs({ from, remote, mirrors }: Inbox): Epoch[] {
  const places = remote ? [mirrors] : [join(from, 'git'), from];
  for (const place of places) {
    const epochs = epochsIn(place);
    if (epochs.length > 0) return epochs;
  }
  if (remote) {
    const version1 = join(mirrors, 'v1.git');
    return existsSync(join(version1, 'HEAD')) ? [{ number: 0, directory: version1 }] : [];
  }
  const single = [from, join(from, '.git')].find(
    (directory) => existsSync(join(directory, 'HEAD')) && existsSync(join(directory, 'objects')),
  );
  return single === undefined ? [] : [{ number: 0, directory: single }];
}

function epochsIn(folder: string): Epoch[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .flatMap((entry) => {
      const number = /^(\d{1,4})\.git$/.exec(entry)?.[1];
      const directory = join(folder, entry);
      return number !== undefined && existsSync(join(directory, 'HEAD'))
        ? [{ number: Number(number), directory }]
        : [];
    })
    .sort((a, b) => a.number - b.number);
}
