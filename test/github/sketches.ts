import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** Files of examples/tree, as they are and as pull requests of the tests have them. */
const file = (path: string) =>
  readFileSync(fileURLToPath(new URL(`../../examples/tree/${path}`, import.meta.url)), 'utf8');

export const DRAW = 'mm/sketch_draw.c';
export const PAGES = 'mm/sketch.c';

export const draw = file(DRAW);
export const pages = file(PAGES);

/** A folio that others can see is passed to sketch_init_folio(): two updates that are not atomic. */
export const drawAdopts = draw.replace(
  '\tfolio_lock(folio);\n',
  '\tfolio_lock(folio);\n\tif (folio->page.private != sketch)\n\t\tsketch_init_folio(sketch, folio);\n',
);

/** Another update, on a folio from the page cache. */
export const findChecks = pages.replace(
  '\tfolio_mark_accessed(folio);\n',
  '\t__folio_set_checked(folio);\n\tfolio_mark_accessed(folio);\n',
);

/** The same without the race. */
export const findChecksAtomically = pages.replace(
  '\tfolio_mark_accessed(folio);\n',
  '\tfolio_set_checked(folio);\n\tfolio_mark_accessed(folio);\n',
);
