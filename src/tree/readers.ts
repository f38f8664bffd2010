import { ObjectReader } from './objects.js';

/** The use of a reader that others use, too. */
export interface Lease {
  readonly objects: ObjectReader;
  /** To be called once. */
  end(): void;
}

interface Shared {
  readonly objects: ObjectReader;
  users: number;
  /** When the process ends, while nobody uses it. */
  closing: NodeJS.Timeout | null;
}

const shared = new Map<string, Shared>();

/** Milliseconds that a process is left running: a review asks several times, and a server has the next review soon. */
const LEFT = 1000;

/** The `git cat-file --batch` process of a repository: git takes longer to start than to answer. */
export function leaseReader(directory: string): Lease {
  const reader = known(directory) ?? begin(directory);
  if (reader.closing !== null) clearTimeout(reader.closing);
  reader.closing = null;
  reader.users++;
  return {
    objects: reader.objects,
    end() {
      reader.users--;
      if (reader.users > 0) return;
      reader.closing = setTimeout(() => {
        if (shared.get(directory) === reader) shared.delete(directory);
        void reader.objects.close();
      }, LEFT);
      // Where the program ends before, so does git: nobody writes to it any more.
      reader.closing.unref();
    },
  };
}

function known(directory: string): Shared | null {
  const reader = shared.get(directory);
  return reader === undefined || reader.objects.hasEnded ? null : reader;
}

function begin(directory: string): Shared {
  const reader: Shared = { objects: new ObjectReader(directory), users: 0, closing: null };
  shared.set(directory, reader);
  return reader;
}

/** Asks a repository for one thing. Throws as `ObjectReader.read` does. */
export async function askOnce<T>(directory: string, ask: (objects: ObjectReader) => Promise<T>): Promise<T> {
  const lease = leaseReader(directory);
  try {
    return await ask(lease.objects);
  } finally {
    lease.end();
  }
}
