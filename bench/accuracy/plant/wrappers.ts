import { applyEdits, insertAt, type Edit } from '../edit.js';
import type { Kernel, SourceFile } from '../kernel.js';
import type { Case, Operator } from '../operator.js';
import type { Random } from '../random.js';
import { lookupSites, type Site } from '../sites.js';
import { accessorUpdate, type Update } from '../updates.js';
import { aboveFunction, insertAtSite } from './insert.js';

/**
 * The update is in a new function that is called with a folio that was just looked up. Nobody else calls it, so the
 * finding may be placed in the new function as well as in the one that found the folio.
 */
function define(
  name: string,
  parameter: string,
  type: string,
  body: readonly string[],
  how: string,
): string[] {
  return [
    `${how}void ${name}(struct ${type} *${parameter})`,
    '{',
    ...body.map((line) => `\t${line}`),
    '}',
    '',
  ];
}

function caseOf(
  site: Site,
  update: Update,
  names: readonly string[],
  texts: ReadonlyMap<string, string>,
  where: readonly string[],
): Case {
  return {
    file: site.file.path,
    function: site.function.name,
    says: `${update.statement} in ${names.join(' below ')}, called behind ${site.lookup.call}`,
    patches: [texts],
    touched: [
      { file: site.file.path, function: site.function.name },
      ...names.map((name, index) => ({ file: where[index]!, function: name })),
    ],
    expects: {
      patch: 1,
      in: [site.function.name, ...names],
      updaters: [names[0]!],
      updates: update.name === null ? null : [update.name],
      flags: [update.flag],
    },
  };
}

function sites(kernel: Kernel, random: Random): Site[] {
  // The new function stands above the one that calls it, so that has to be where a function can stand.
  return random.shuffle(lookupSites(kernel)).filter((site) => site.function.head > 0);
}

const oneWrapper: Operator = {
  name: 'one-wrapper',
  kind: 'planted',
  *cases(kernel, random) {
    for (const site of sites(kernel, random)) {
      const { path, lines } = site.file;
      const name = `${site.function.name}_prepare`;
      const update = accessorUpdate(kernel, random, site.type, site.type, site.file.path);
      const edits: Edit[] = [
        insertAt(
          aboveFunction(site.function),
          ...define(name, site.type, site.type, [update.statement], 'static '),
        ),
        insertAtSite(site, [`${name}(${site.variable});`]),
      ];
      yield caseOf(site, update, [name], new Map([[path, applyEdits(lines, edits)]]), [path]);
    }
  },
};

const twoWrappers: Operator = {
  name: 'two-wrappers-other-file',
  kind: 'planted',
  *cases(kernel, random) {
    for (const site of sites(kernel, random)) {
      const { path, lines } = site.file;
      const folder = path.slice(0, path.lastIndexOf('/'));
      const others = kernel.files.filter(
        (file) => file !== site.file && file.path.slice(0, file.path.lastIndexOf('/')) === folder,
      );
      if (others.length === 0) continue;
      const other = random.pick(others);
      const inner = `${site.function.name}_mark`;
      const outer = `${site.function.name}_prepare`;
      const update = accessorUpdate(kernel, random, site.type, site.type, site.file.path);
      const edits: Edit[] = [
        insertAt(
          aboveFunction(site.function),
          `void ${inner}(struct ${site.type} *${site.type});`,
          '',
          ...define(outer, site.type, site.type, [`${inner}(${site.type});`], 'static '),
        ),
        insertAtSite(site, [`${outer}(${site.variable});`]),
      ];
      const texts = new Map([
        [path, applyEdits(lines, edits)],
        [
          other.path,
          applyEdits(other.lines, [
            insertAt(
              lastLine(other),
              '',
              ...define(inner, site.type, site.type, [update.statement], '').slice(0, -1),
            ),
          ]),
        ],
      ]);
      yield caseOf(site, update, [inner, outer], texts, [other.path, path]);
    }
  },
};

const HEADERS = ['include/linux/pagemap.h', 'include/linux/mm_inline.h', 'include/linux/mm.h'];

const headerInline: Operator = {
  name: 'header-inline',
  kind: 'planted',
  async *cases(kernel, random) {
    for (const site of sites(kernel, random)) {
      const header = await kernel.source(random.pick(HEADERS));
      if (!header) continue;
      const { path, lines } = site.file;
      const name = `${site.type}_prepare_${site.function.name}`;
      const update = accessorUpdate(kernel, random, site.type, site.type, site.file.path);
      const end = header.lines.findLastIndex((line) => line.startsWith('#endif'));
      const texts = new Map([
        [path, applyEdits(lines, [insertAtSite(site, [`${name}(${site.variable});`])])],
        [
          header.path,
          applyEdits(header.lines, [
            insertAt(end, ...define(name, site.type, site.type, [update.statement], 'static inline ')),
          ]),
        ],
      ]);
      yield caseOf(site, update, [name], texts, [header.path]);
    }
  },
};

/** Behind the last line of a file that is not empty. */
function lastLine(file: SourceFile): number {
  return file.lines.findLastIndex((line) => line !== '') + 1;
}

export const wrappers: readonly Operator[] = [oneWrapper, twoWrappers, headerInline];
