import { publicInbox } from '../../../src/lists/sources/public-inbox.js';
import { assembleSeries } from '../../../src/mail/assemble.js';
import { readPatchMail, type PatchMail } from '../../../src/mail/patch-mail.js';
import { readMessages } from '../../../src/mail/read.js';
import type { Series } from '../../../src/mail/series.js';

/** The patches of a list. */
export interface ListPatches {
  readonly mails: number;
  readonly series: readonly Series[];
  /** Mails that look as if they had a patch, and from which none could be read: with the reason. */
  readonly unreadable: readonly string[];
}

/** Reads all patches of a public-inbox epoch: a git repository with one mail per commit. */
export async function readArchive(
  directory: string,
  progress: (mails: number) => void,
): Promise<ListPatches> {
  const source = publicInbox(
    'measured',
    { from: directory, remote: false, fetch: false, mirrors: '' },
    'beginning',
  );
  const patches: PatchMail[] = [];
  const unreadable: string[] = [];
  let mails = 0;
  try {
    for await (const { events } of source.read(null, () => false)) {
      const found = events.filter((event) => event.kind === 'mail');
      mails += found.length;
      // Most mails of a list are talk: those are not decoded.
      const some = found.filter(({ letter }) => letter.kind === 'patch' || letter.kind === 'cover');
      const contents = some.map(async ({ place }) => [place, await source.fetch(place)] as const);
      for (const [place, bytes] of await Promise.all(contents)) {
        if (bytes === null || !mayHavePatch(bytes)) continue;
        try {
          for (const message of await readMessages({ name: place, bytes })) {
            patches.push(...readPatchMail(message).filter(({ patch }) => patch !== null && !patch.quoted));
          }
        } catch (error) {
          unreadable.push(`${place}: ${error instanceof Error ? error.message : String(error)}`);
        }
      }
      progress(mails);
    }
  } finally {
    await source.close();
  }
  return { mails, series: assembleSeries(patches), unreadable };
}

/** Cover letters seldom have one. */
function mayHavePatch(bytes: Buffer): boolean {
  return (
    bytes.includes('\n@@ -') ||
    /^content-transfer-encoding:\s*base64/im.test(bytes.toString('latin1', 0, 20_000))
  );
}
