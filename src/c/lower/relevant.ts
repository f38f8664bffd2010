/** A definition that is no longer may be a wrapper of one that handles folios, whatever words are in it. */
const WRAPPER = 600;
/**
 * What code has that handles folios or pages. The size of a page says nothing of one, nor do the flags of an allocation
 * or a lock: those of a folio are a member. `adapter` and `accepted` are no page table entries.
 */
const WORDS =
  /[Ff]olio|FOLIO|[Pp]age|PAGE(?!_(?:SIZE|SHIFT|MASK|ALIGN|ALIGNED|OFFSET)\b)|gfp|vmf|[Ss]lab|pfn|pte(?![dr])|pmd|batch|pvec|[.>]\s*_*flags/g;

/** Whether a text has, outside of comments, words that code which handles folios or pages has. */
export function mayHandleFolios(text: string): boolean {
  WORDS.lastIndex = 0;
  for (let found = WORDS.exec(text); found !== null; found = WORDS.exec(text)) {
    const end = commentEnd(text, found.index);
    if (end < 0) return true;
    WORDS.lastIndex = end;
  }
  return false;
}

/** Where the comment ends in which an offset is; -1 where it is in none. */
function commentEnd(text: string, offset: number): number {
  const start = text.lastIndexOf('/*', offset);
  if (start < 0) return -1;
  const end = text.indexOf('*/', start + 2);
  if (end < 0) return text.length;
  return end > offset ? end + 2 : -1;
}

/** Whether a function of that length is read whatever is in it. */
export function shortEnough(length: number): boolean {
  return length <= WRAPPER;
}

/** Is a function of that text read? Of others only the name is known. */
export function mayMatter(text: string): boolean {
  return shortEnough(text.length) || mayHandleFolios(text);
}
