import { applicationNotes } from '../review/notes.js';
import type { Review } from '../review/review.js';

/** The notes of a review, without those on how patches applied and how the base was found, which are told apart. */
export function otherNotes({ notes, patches, base }: Review): readonly string[] {
  const told = new Set([...applicationNotes(patches), base?.why]);
  return [...new Set(notes)].filter((note) => !told.has(note));
}
