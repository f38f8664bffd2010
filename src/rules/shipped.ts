import { fileURLToPath } from 'node:url';

/** The folder with the rules that come with Recto. */
export const SHIPPED_RULES = fileURLToPath(new URL('../../rules', import.meta.url));

/** Where the pages of `docs/checks/` can be read by whoever gets a comment. */
const PAGES = 'https://unpkg.com/recto-review/docs/checks';

/** The documentation page of a check that comes with Recto. */
export function pageOf(id: string): string {
  return `${PAGES}/${id}.md`;
}
