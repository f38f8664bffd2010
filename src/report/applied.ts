import type { FileResult } from '../patch/apply.js';
import type { AppliedPatch } from '../review/applied.js';
import type { Review } from '../review/review.js';
import { counted } from './lines.js';

type Outcomes = Readonly<Record<AppliedPatch['status'], string>>;

const ON_TREE: Outcomes = {
  applied: 'applied',
  already: 'the tree has it already, so nothing is said about it',
  partial: 'applied in part',
  failed: 'does not apply, and was not reviewed',
};

/** What a patch is reviewed against: the whole review will do. */
export type Ground = Pick<Review, 'tree' | 'snapshot'>;

/** What became of a patch, in a few words: "applied", "applied in part". */
export function outcomeOf({ status }: AppliedPatch, { tree, snapshot }: Ground): string {
  if (snapshot === null) return ON_TREE[status];
  const onSnapshot: Outcomes = {
    applied: 'read as a change of that release',
    already: `part of ${tree} already, so nothing is said about it`,
    partial: `read in part: the rest does not fit to the code of ${tree}`,
    failed: `does not fit to the code of ${tree}, and was not reviewed`,
  };
  return onSnapshot[status];
}

/** What a reader should know of how it applied, a line each: what failed, what was bent. */
export function applicationDetails({ status, files }: AppliedPatch, { tree, snapshot }: Ground): string[] {
  if (status === 'already') return [];
  return files.flatMap((file) => fileDetails(file, snapshot === null ? 'the tree' : tree));
}

function fileDetails(file: FileResult, ground: string): string[] {
  const { path, hunks } = file;
  if (file.reason !== null) return [file.reason.startsWith(path) ? file.reason : `${path}: ${file.reason}`];
  if (file.status === 'already') return [`${path}: ${ground} has this change already`];
  const details: string[] = [];
  const bent: string[] = [];
  hunks.forEach((hunk, index) => {
    const name = hunks.length === 1 ? 'the hunk' : `hunk ${index + 1} of ${hunks.length}`;
    if (hunk.status === 'failed') {
      details.push(
        `${path}:${hunk.line}: ${name} does not apply: ${hunk.reason ?? 'its context is not there'}`,
      );
    } else if (hunk.status === 'already') {
      details.push(`${path}:${hunk.line}: ${ground} has ${name} already`);
    }
  });
  const applied = hunks.filter((hunk) => hunk.status === 'applied');
  const offsets = applied.filter((hunk) => hunk.offset !== 0).map((hunk) => Math.abs(hunk.offset));
  if (offsets.length > 0)
    bent.push(`up to ${counted(Math.max(...offsets), 'line')} from where the patch says`);
  const fuzz = Math.max(0, ...applied.map((hunk) => hunk.fuzz));
  if (fuzz > 0) bent.push(`with fuzz ${fuzz}`);
  if (applied.some((hunk) => hunk.ignoredWhitespace)) {
    bent.push('without regard to white space, which the mail has damaged');
  }
  if (bent.length > 0) details.push(`${path}: applied ${bent.join(', ')}`);
  return details;
}
