import { applyEdits, insertAt, replaceLine, type Edit } from '../edit.js';
import { heldFolios, type Held } from '../held.js';
import type { Operator } from '../operator.js';
import { indentOf, leaves } from '../statements.js';
import { accessorUpdate } from '../updates.js';

const ERROR =
  /^(\t+)if \((?:unlikely\()?(?:!?(?:err|error|ret|rc|status|result|retval|r)(?: < 0| != 0)?)\)?\)( \{)?\s*$/;

/** Error paths on which a variable still holds a folio that others can see. */
function errorPaths(held: Held): { readonly at: number; readonly braces: boolean }[] {
  const { code } = held.function.file;
  const found: { at: number; braces: boolean }[] = [];
  for (let at = held.from; at < held.to - 1; at++) {
    const match = ERROR.exec(code[at]!);
    if (!match) continue;
    const braces = match[2] !== undefined;
    // `if (!ret)` and the like are no error paths unless they leave.
    if (!braces && !leaves(code[at + 1]!)) continue;
    if (!braces && !code[at + 1]!.trimEnd().endsWith(';')) continue;
    found.push({ at, braces });
  }
  return found;
}

/** An error path sets the folio's flags back as if nobody had seen it, though it was published, or found, before. */
export const errorPath: Operator = {
  name: 'error-path',
  kind: 'planted',
  *cases(kernel, random) {
    const places = heldFolios(kernel).flatMap((held) => errorPaths(held).map((path) => ({ held, path })));
    for (const { held, path } of random.shuffle(places)) {
      const { file, name } = held.function;
      const update = accessorUpdate(kernel, random, held.variable, held.type, file.path);
      const indent = `${indentOf(file.lines[path.at]!)}\t`;
      const edits: Edit[] = path.braces
        ? [insertAt(path.at + 1, indent + update.statement)]
        : [
            replaceLine(path.at, `${file.lines[path.at]!} {`, indent + update.statement),
            insertAt(path.at + 2, `${indent.slice(1)}}`),
          ];
      yield {
        file: file.path,
        function: name,
        says: `${update.statement} on the error path of a folio from ${held.because}`,
        patches: [new Map([[file.path, applyEdits(file.lines, edits)]])],
        touched: [{ file: file.path, function: name }],
        expects: {
          patch: 1,
          in: [name],
          updaters: [name],
          updates: update.name === null ? null : [update.name],
          flags: [update.flag],
        },
      };
    }
  },
};
