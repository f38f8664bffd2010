import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { PatchToReview } from './review-rows.js';
import type { Scratch } from './scratch.js';

const replay = fileURLToPath(new URL('../../../../shared/replay', import.meta.url));

/** The first mail of each replay case, and how to have it reviewed. */
export function replayMails(): { name: string; find: (scratch: Scratch) => PatchToReview }[] {
  if (!existsSync(replay)) return [];
  return readdirSync(replay, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => ({
      name,
      find: (scratch: Scratch) => {
        const folder = join(replay, name);
        const mails = readdirSync(folder).filter((file) => file.startsWith('0001-'));
        const base = join(folder, 'base.patch');
        return {
          mail: join(folder, mails.sort()[0]!),
          base: existsSync(base) ? scratch.apply(scratch.head, base) : scratch.head,
        };
      },
    }));
}

/** Lines that go before the last return of a function, which they are told. */
export type Edit = (last: string) => readonly string[];

/** What most patches are: no folio notices it. */
export const aCall: Edit = () => ['\tcond_resched();'];

/** One more way to end: what is known of the function has to be found out again. */
export const aReturn: Edit = (last) => ['\tif (fatal_signal_pending(current))', `\t${last}`];

/** A patch that changes one function that handles folios. */
export function smallPatch(scratch: Scratch, path: string, edit: Edit): PatchToReview {
  const before = scratch.read([path]).get(path)!;
  const { text, added } = withLines(before, 1, edit);
  if (added === 0) throw new Error(`${path} of this tree has no function to change`);
  return patch(scratch, new Map([[path, text]]));
}

/** Such patches of so many files of mm/. */
export function smallPatches(scratch: Scratch, count: number, edit: Edit): PatchToReview[] {
  const patches: PatchToReview[] = [];
  for (const [path, before] of scratch.read(scratch.files().filter((path) => /^mm\/\w+\.c$/.test(path)))) {
    if (patches.length === count) break;
    const { text, added } = withLines(before, 1, edit);
    if (added > 0) patches.push(patch(scratch, new Map([[path, text]])));
  }
  if (patches.length < count) throw new Error('mm/ of this tree has too few files to change');
  return patches;
}

/** A patch with more than 400 lines of diff: it changes many functions of mm/. */
export function largePatch(scratch: Scratch, edit: Edit): PatchToReview {
  const contents = new Map<string, string>();
  let changed = 0;
  for (const [path, before] of scratch.read(scratch.files().filter((path) => /^mm\/\w+\.c$/.test(path)))) {
    // A hunk has eight lines and more.
    if (changed >= 60) break;
    const { text, added } = withLines(before, 60 - changed, edit);
    if (added > 0) contents.set(path, text);
    changed += added;
  }
  if (changed < 60) throw new Error('mm/ of this tree has too few functions to change');
  return patch(scratch, contents);
}

/** A patch that gives a flag one more accessor. */
export function pageFlagsPatch(scratch: Scratch): PatchToReview {
  const path = 'include/linux/page-flags.h';
  const before = scratch.read([path]).get(path)!;
  const line = '\t__FOLIO_SET_FLAG(referenced, FOLIO_HEAD_PAGE)\n';
  const after = before.replace(line, `${line}\t__FOLIO_CLEAR_FLAG(referenced, FOLIO_HEAD_PAGE)\n`);
  if (after === before) throw new Error(`${path} of this tree has no line to put an accessor behind`);
  return patch(scratch, new Map([[path, after]]));
}

/** Files with a comment more: what a merge does to many of them. */
export function touchedFiles(scratch: Scratch, count: number): Map<string, string> {
  const files = scratch.files();
  const step = files.length / count;
  const chosen = Array.from({ length: count }, (_, index) => files[Math.floor(index * step)]!);
  return new Map([...scratch.read(chosen)].map(([path, text]) => [path, `${text}/* touched */\n`]));
}

function patch(scratch: Scratch, contents: ReadonlyMap<string, string>): PatchToReview {
  const commit = scratch.commit(scratch.head, 'mm: reschedule where it takes long', contents);
  return { mail: scratch.mail(commit), base: scratch.head };
}

/** Changes up to `count` functions that handle folios. */
function withLines(text: string, count: number, edit: Edit): { text: string; added: number } {
  const lines = text.split('\n');
  let added = 0;
  let open = -1;
  for (let at = 0; at < lines.length && added < count; at++) {
    if (lines[at] === '{') open = at;
    if (lines[at] !== '}' || open < 0) continue;
    const last = lines.slice(open, at).findLastIndex((line) => /^\treturn\b/.test(line));
    const handles = lines.slice(open, at).some((line) => line.includes('folio'));
    // After a macro-like line the statement would belong to an `if` without braces.
    if (last > 0 && handles && lines[open + last - 1]!.trim() === '') {
      const more = edit(lines[open + last]!);
      lines.splice(open + last, 0, ...more);
      added++;
      at += more.length;
    }
    open = -1;
  }
  return { text: lines.join('\n'), added };
}
