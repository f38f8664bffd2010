import type { Audit, Coverage } from '../review/audit.js';
import { gather } from './evidence.js';
import { Said, findingText } from './finding-text.js';
import { counted, printable, wrap } from './lines.js';
import { PLAIN, type Style } from './style.js';

/** An audit for people at a terminal; with `verbose`, what the analysis saw and did not see comes last. */
export function auditToText(audit: Audit, verbose: boolean, style: Style = PLAIN): string {
  const told = gather(audit.findings);
  const said = new Said();
  const summary =
    told.length === 0
      ? 'Nothing to report.'
      : `${counted(told.length, 'finding')} in ${printable(audit.tree)}.`;
  const parts = [
    ...told.map((one) => findingText(one, [], { said, style })),
    audit.notes.flatMap((note) => wrap(note, 'note: ', '      ')),
    ...(verbose ? coverageParts(audit.coverage) : []),
    [summary],
  ];
  return parts
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n') + '\n')
    .join('\n');
}

function coverageParts({ functions, contexts, unknown, truncated }: Coverage): string[][] {
  const calls = Object.values(contexts).reduce((sum, count) => sum + count, 0);
  return [
    [
      `${counted(functions, 'function')} analysed.`,
      `${calls} calls pass a folio to a function that updates its flags non-atomically:`,
      `  ${contexts.owned} a folio that nobody else can see`,
      `  ${contexts.visible} a folio that others can see`,
      `  ${contexts.passed} what the caller was given itself`,
      `  ${contexts.unknown} a folio of which nothing is known`,
    ],
    list('Nothing is known of the folio in these calls:', unknown.map(unknownText)),
    list('Of these functions only a part of the paths was followed:', truncated),
  ];
}

function unknownText({ file, line, caller, callee, update }: Coverage['unknown'][number]): string {
  return `${file}:${line} ${caller}() -> ${callee}() ${update}`;
}

function list(title: string, items: readonly string[]): string[] {
  return items.length === 0 ? [] : [title, ...items.map((item) => `  ${printable(item)}`)];
}
