const AUTHOR = /^\S.{0,200} \(\d{1,4}\):$/;

/**
 * The titles of the patches that a cover letter announces, in lower case: the shortlog that `git format-patch
 * --cover-letter` writes, "Some One (2):" and under it a title to each line, indented by two blanks, its rest by four.
 * None where there is no such list.
 */
export function readShortlog(text: string): string[] {
  const titles: string[] = [];
  let listing = false;
  for (const raw of text.split('\n')) {
    const line = raw.trimEnd();
    if (AUTHOR.test(line)) listing = true;
    else if (!listing) continue;
    else if (/^ {4,}\S/.test(line) && titles.length > 0) {
      titles.push(`${titles.pop()!} ${line.trim()}`);
    } else if (/^ {2}\S/.test(line)) titles.push(line.trim());
    else listing = false;
  }
  return titles.map((title) => title.replace(/\s+/g, ' ').toLowerCase());
}
