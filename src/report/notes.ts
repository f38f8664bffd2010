import { applicationNotes, snapshotNote } from '../review/notes.js';
import type { Review } from '../review/review.js';

/** What a series was reviewed against, and how that was found. */
export function groundText({ base, tree, snapshot }: Pick<Review, 'base' | 'tree' | 'snapshot'>): string {
  if (snapshot !== null) return snapshotNote(tree, snapshot);
  return base?.why ?? `base is the folder ${tree} as it is`;
}

/** The notes of a review, without those on how patches applied and what they were reviewed against, which are told apart. */
export function otherNotes(review: Review): readonly string[] {
  const { notes, patches, snapshot, tree } = review;
  const told = new Set([...applicationNotes(patches, snapshot && tree), groundText(review)]);
  return [...new Set(notes)].filter((note) => !told.has(note));
}
