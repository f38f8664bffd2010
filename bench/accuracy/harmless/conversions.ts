import { applyEdits, replaceLine, type Edit } from '../edit.js';
import { pointsTo, type Kernel, type SourceFunction } from '../kernel.js';
import type { Operator } from '../operator.js';
import { folioFunctions, harmless } from './places.js';

/** mm/folio-compat.c, include/linux/pagemap.h, mm.h: the page functions that call these on the page's folio. */
const FUNCTIONS: Readonly<Record<string, string>> = {
  lock_page: 'folio_lock',
  trylock_page: 'folio_trylock',
  unlock_page: 'folio_unlock',
  put_page: 'folio_put',
  get_page: 'folio_get',
  set_page_dirty: 'folio_mark_dirty',
  wait_on_page_writeback: 'folio_wait_writeback',
  wait_for_stable_page: 'folio_wait_stable',
  end_page_writeback: 'folio_end_writeback',
  set_page_writeback: 'folio_start_writeback',
  mark_page_accessed: 'folio_mark_accessed',
  page_mapped: 'folio_mapped',
};

/** The folio's function for one of a page: the same accessor of the same word, or what the page's own one calls. */
function conversions(kernel: Kernel): ReadonlyMap<string, string> {
  const found = new Map(Object.entries(FUNCTIONS));
  for (const page of kernel.model.accessors.values()) {
    if (page.takes !== 'page' || page.word !== 'head') continue;
    for (const folio of kernel.model.accessors.values()) {
      if (folio.takes !== 'folio' || folio.word !== 'head' || folio.atomic !== page.atomic) continue;
      if (folio.flag === page.flag && folio.operation === page.operation) found.set(page.name, folio.name);
    }
  }
  return found;
}

function convert(fn: SourceFunction, page: string, names: ReadonlyMap<string, string>): Edit[] {
  const edits: Edit[] = [];
  const { code, lines } = fn.file;
  for (let at = fn.open + 1; at < fn.close; at++) {
    if (lines[at] !== code[at]) continue;
    const text = code[at]!.replaceAll(new RegExp(`\\b(\\w+)\\(${page}\\)`, 'g'), (whole, name: string) =>
      names.has(name) ? `${names.get(name)!}(page_folio(${page}))` : whole,
    );
    if (text !== code[at]) edits.push(replaceLine(at, text));
  }
  return edits;
}

/** A function that works on a page calls what it calls on the page's folio: the kind of patch that fills the lists. */
export const conversion: Operator = {
  name: 'page-to-folio',
  kind: 'harmless',
  *cases(kernel, random) {
    const names = conversions(kernel);
    for (const fn of random.shuffle(folioFunctions(kernel))) {
      const pages = [...Object.keys(fn.facts.locals), ...fn.facts.parameters.map(({ name }) => name)].filter(
        (name) => pointsTo(fn, name) === 'page',
      );
      for (const page of pages) {
        const edits = convert(fn, page, names);
        if (edits.length === 0) continue;
        yield harmless(
          fn,
          `${String(edits.length)} lines work on the folio of ${page}`,
          applyEdits(fn.file.lines, edits),
        );
        break;
      }
    }
  },
};
