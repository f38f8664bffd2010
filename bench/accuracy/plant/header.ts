import { PAGE_FLAGS_HEADER } from '../../../src/folio/header.js';
import type { Accessor } from '../../../src/folio/model.js';
import { applyEdits, replaceLine, type Edit } from '../edit.js';
import { heldFolios } from '../held.js';
import type { Kernel, SourceFile } from '../kernel.js';
import type { Operator } from '../operator.js';

/** Functions that use an accessor on a folio which others can see, by accessor. */
function usersOfAccessors(kernel: Kernel): ReadonlyMap<string, ReadonlySet<string>> {
  const users = new Map<string, Set<string>>();
  for (const held of heldFolios(kernel)) {
    for (let at = held.from; at < held.to; at++) {
      const call = /^\t+(\w+)\((\w+)\);/.exec(held.function.file.code[at]!);
      if (call?.[2] !== held.variable) continue;
      const accessor = kernel.model.accessors.get(call[1]!);
      if (!accessor?.atomic || accessor.takes !== 'folio' || accessor.word !== 'head') continue;
      if (accessor.operation !== 'set' && accessor.operation !== 'clear') continue;
      users.set(accessor.name, (users.get(accessor.name) ?? new Set()).add(held.function.name));
    }
  }
  return users;
}

/**
 * What the header's line becomes, so that the accessor is not atomic any more: the macro that makes both accessors gives
 * way to those that make the others, and the one is written by hand.
 */
function redefined(accessor: Accessor, header: SourceFile): Edit | null {
  const line = header.lines[accessor.line - 1]!;
  const combined = /^(?:FOLIO_FLAG\((\w+), (\w+)\)|PAGEFLAG\((\w+), (\w+), (\w+)\))/.exec(line);
  if (combined) {
    const [whole, folioName, folioPage, upper, lower, policy] = combined;
    const rest = line.slice(whole.length).trim();
    const set = accessor.operation === 'set';
    const others = folioName
      ? [
          `FOLIO_TEST_FLAG(${folioName}, ${folioPage!})`,
          `${set ? 'FOLIO_CLEAR_FLAG' : 'FOLIO_SET_FLAG'}(${folioName}, ${folioPage!})`,
        ]
      : [
          `TESTPAGEFLAG(${upper!}, ${lower!}, ${policy!})`,
          `${set ? 'CLEARPAGEFLAG' : 'SETPAGEFLAG'}(${upper!}, ${lower!}, ${policy!})`,
        ];
    return replaceLine(
      accessor.line - 1,
      ...others,
      `static __always_inline void ${accessor.name}(struct folio *folio)`,
      '{',
      `\t__${accessor.operation}_bit(${accessor.bit}, folio_flags(folio, ${folioName ? folioPage! : `FOLIO_${policy!}`}));`,
      '}',
      ...(rest === '' ? [] : [`\t${rest}`]),
    );
  }
  // A function of the header that is written out already.
  for (let at = accessor.line - 1; at < accessor.line + 14; at++) {
    const body = /^(\t+)(set_bit|clear_bit)(\(PG_\w+, .*)$/.exec(header.lines[at] ?? '');
    if (body) return replaceLine(at, `${body[1]!}__${body[2]!}${body[3]!}`);
    if (header.lines[at]?.startsWith('}')) break;
  }
  return null;
}

/** An accessor is made non-atomic where it is defined; who uses it on visible folios did not change. */
export const accessorRedefined: Operator = {
  name: 'accessor-redefined',
  kind: 'planted',
  repeats: true,
  most: 3,
  async *cases(kernel, random) {
    const header = await kernel.source(PAGE_FLAGS_HEADER);
    if (!header) return;
    for (const [name, users] of random.shuffle([...usersOfAccessors(kernel)])) {
      const accessor = kernel.model.accessors.get(name)!;
      const edit = redefined(accessor, header);
      if (!edit) continue;
      yield {
        file: PAGE_FLAGS_HEADER,
        function: name,
        says: `${name}() is not atomic any more; ${[...users].slice(0, 3).join('(), ')}() use it on visible folios`,
        patches: [new Map([[PAGE_FLAGS_HEADER, applyEdits(header.lines, [edit])]])],
        touched: [],
        expects: {
          patch: 1,
          in: [name, ...users],
          updaters: [name, ...users],
          updates: null,
          flags: [accessor.flag, accessor.bit.replace(/^PG_/, '')],
        },
      };
    }
  },
};
