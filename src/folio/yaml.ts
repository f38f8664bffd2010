import { isMap, isPair, isScalar, LineCounter, parseDocument, visit, type Document } from 'yaml';
import type { z } from 'zod';
import { RectoError, type ErrorCode } from '../errors.js';

type Path = readonly PropertyKey[];

/** Finds the line of an entry for messages: `place(['contracts', 3])` is `rules/contracts/lru.yml:40`. */
export type Locate = (path: Path) => string;

/**
 * Parses a rule file and checks its form. All scalars stay text, so that version 6.10 is not 6.1 and `null`,
 * `0` and `error` are equal as keys. The form may depend on what is there. Throws RectoError (`code`) that names
 * file, line and field.
 */
export function parseRuleFile<T>(
  text: string,
  file: string,
  form: z.ZodType<T> | ((data: object) => z.ZodType<T>),
  code: ErrorCode = 'bad-rules',
): { data: T; locate: Locate } {
  const lines = new LineCounter();
  const document = parseDocument(text, {
    schema: 'failsafe',
    lineCounter: lines,
    prettyErrors: false,
    logLevel: 'error',
  });
  const [error] = document.errors;
  if (error !== undefined) {
    const place = `${file}:${lines.linePos(error.pos[0]).line}`;
    throw new RectoError(code, `${place}: this is not YAML: ${error.message}`, place);
  }
  const locate = (path: Path): string => `${file}:${lineOf(document, lines, path)}`;
  const data = (contentOf(document, file, lines) ?? {}) as object;
  const result = (typeof form === 'function' ? form(data) : form).safeParse(data);
  if (result.success) return { data: result.data, locate };
  const { issues } = result.error;
  // A field that is missing may be there, spelled wrongly.
  const issue = issues.find(({ code }) => code === 'unrecognized_keys') ?? issues[0]!;
  const [extra] = issue.code === 'unrecognized_keys' ? issue.keys : [];
  const place = locate(extra === undefined ? issue.path : [...issue.path, extra]);
  const where = issue.path.length === 0 ? '' : `${fieldName(issue.path)}: `;
  throw new RectoError(code, `${place}: ${where}${issue.message}`, place);
}

/** The content as plain data. Aliases are resolved only here, and may lead nowhere, or to too much. */
function contentOf(document: Document, file: string, lines: LineCounter): unknown {
  try {
    return document.toJS();
  } catch (error) {
    let offset = 0;
    visit(document, {
      Alias: (_, alias) => {
        offset = alias.range?.[0] ?? 0;
        return alias.resolve(document) === undefined ? visit.BREAK : undefined;
      },
    });
    const place = `${file}:${lines.linePos(offset).line}`;
    throw new RectoError('bad-rules', `${place}: this is not YAML: ${(error as Error).message}`, place);
  }
}

/** `contracts[3].when.pointer`, counted from 0 as the file's list is. */
function fieldName(path: Path): string {
  return path
    .map((part, index) => (typeof part === 'number' ? `[${part}]` : `${index > 0 ? '.' : ''}${String(part)}`))
    .join('');
}

function lineOf(document: Document, lines: LineCounter, path: Path): number {
  let offset = 0;
  for (let length = 1; length <= path.length; length++) {
    const parent = document.getIn(path.slice(0, length - 1), true);
    const key = path[length - 1];
    const pair = isMap(parent)
      ? parent.items.find((item) => isPair(item) && isScalar(item.key) && item.key.value === key)
      : undefined;
    const node = pair?.key ?? document.getIn(path.slice(0, length), true);
    const range = (node as { range?: [number, number, number] } | undefined)?.range;
    if (range === undefined) break; // the field is missing: its parent is the place
    offset = range[0];
  }
  return lines.linePos(offset).line;
}
