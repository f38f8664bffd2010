import { pointsTo, type Kernel, type SourceFile, type SourceFunction } from './kernel.js';
import { LOOKUPS, type Kind, type Lookup } from './lookups.js';
import { afterDeclarations, blockEnd, indentOf, leaves, statementEnd } from './statements.js';

/** A place where code holds a folio that others can see, and where a statement can be put. */
export interface Site {
  readonly file: SourceFile;
  readonly function: SourceFunction;
  readonly kind: Kind;
  /** The variable that holds it, and what it points to. */
  readonly variable: string;
  readonly type: 'folio' | 'page';
  /** Statements go before this line. */
  readonly at: number;
  readonly indent: string;
  /** A condition that a statement put here needs, because the code has not told yet whether something was found. */
  readonly condition: string | null;
  /** The lines of the lookup. */
  readonly lookup: { readonly from: number; readonly to: number; readonly call: string };
  /** Line of the end of the block. */
  readonly end: number;
}

const known = new WeakMap<Kernel, readonly Site[]>();

/** All places of a kernel where a folio was just found where others find it, too. */
export function lookupSites(kernel: Kernel): readonly Site[] {
  let sites = known.get(kernel);
  if (!sites) {
    sites = kernel.files.flatMap((file) => file.functions.flatMap((fn) => sitesOf(fn)));
    known.set(kernel, sites);
  }
  return sites;
}

function sitesOf(fn: SourceFunction): Site[] {
  const sites: Site[] = [];
  const body = fn.file.code.slice(fn.open, fn.close).join('\n');
  for (const lookup of LOOKUPS) {
    if (lookup.files && !lookup.files.test(fn.file.path)) continue;
    if (lookup.body && !lookup.body.test(body)) continue;
    for (let at = fn.open + 1; at < fn.close; at++) {
      const site = siteAt(fn, lookup, at, body);
      if (!site) continue;
      sites.push(site);
      const head = folioOf(site);
      if (head) sites.push(head);
    }
  }
  return sites;
}

function siteAt(fn: SourceFunction, lookup: Lookup, at: number, body: string): Site | null {
  const { code } = fn.file;
  const match = lookup.pattern.exec(code[at]!);
  if (!match?.groups) return null;
  const { variable: name, call = '' } = match.groups;
  if (name === undefined) return null;
  const variable = lookup.member === undefined ? name : `${name}.${lookup.member}`;
  const type = lookup.member === undefined ? pointsTo(fn, name) : 'folio';
  if (type === null) return null;
  const to = statementEnd(code, at);
  if (to === null || to >= fn.close) return null;
  const make = (line: number, indent: string, condition: string | null): Site | null => {
    const end = blockEnd(code, line, indent);
    if (end === null || end > fn.close) return null;
    const found = { from: at, to, call };
    return {
      file: fn.file,
      function: fn,
      kind: lookup.kind,
      variable,
      type,
      at: line,
      indent,
      condition,
      lookup: found,
      end,
    };
  };
  if (lookup.form === 'loop') {
    if (!code[to]!.trimEnd().endsWith('{')) return null;
    const line = afterDeclarations(fn.file, to + 1);
    return make(line, `${indentOf(code[at]!)}\t`, lookup.condition?.replaceAll('$', variable) ?? null);
  }
  if (!code[to]!.trimEnd().endsWith(';')) return null;
  const indent = indentOf(code[at]!);
  // Initialised where it is declared: what follows may be declarations, too.
  const next = afterDeclarations(fn.file, to + 1);
  if (lookup.fails === 'never') {
    const mayBeValue = /find_lock_entries|find_get_entries/.test(body);
    return make(next, indent, mayBeValue ? `!xa_is_value(${variable})` : null);
  }
  const checked = afterCheck(fn, next, variable, indent);
  if (checked !== null) return make(checked, indent, null);
  // The next statement may hold it to something else; directly behind the lookup nothing has happened to it yet.
  return make(next, indent, `!IS_ERR_OR_NULL(${variable})`);
}

/** The line behind `if (!folio) return ...;`, or null where that does not follow. */
function afterCheck(fn: SourceFunction, at: number, variable: string, indent: string): number | null {
  const { code } = fn.file;
  let line = at;
  while (line < fn.close && code[line]!.trim() === '') line++;
  const name = variable.replaceAll('.', '\\.');
  const check = new RegExp(
    `^${indent}if \\((?:unlikely\\()?(?:!|IS_ERR\\(|IS_ERR_OR_NULL\\()\\(?${name}\\)*( \\{)?$`,
  );
  const found = check.exec(code[line]!);
  if (!found) return null;
  if (found[1] === undefined) {
    const end = statementEnd(code, line + 1);
    if (end === null || !leaves(code[line + 1]!)) return null;
    return isElse(code[end + 1]) ? null : end + 1;
  }
  const end = blockEnd(code, line + 1, `${indent}\t`);
  if (end === null || code[end]!.trim() !== '}') return null;
  let last = end - 1;
  while (last > line && (code[last]!.trim() === '' || !code[last]!.startsWith(`${indent}\t`))) last--;
  // The last statement of the block may go over several lines.
  while (last > line + 1 && indentOf(code[last]!).length > indent.length + 1) last--;
  return leaves(code[last]!) ? end + 1 : null;
}

function isElse(line: string | undefined): boolean {
  return /^\s*(?:\} )?else\b/.test(line ?? '');
}

/** Further down in the same block the code takes the folio of the page that it found. */
function folioOf(site: Site): Site | null {
  if (site.type !== 'page' || site.condition !== null) return null;
  const { code } = site.file;
  for (let at = site.at; at < Math.min(site.end, site.at + 12); at++) {
    const line = code[at]!;
    const match = new RegExp(`^${site.indent}(\\w+) = page_folio\\(${site.variable}\\);$`).exec(line);
    if (match) {
      if (pointsTo(site.function, match[1]!) !== 'folio') return null;
      return { ...site, variable: match[1]!, type: 'folio', at: at + 1 };
    }
    if (changesHands(line, site.variable)) return null;
  }
  return null;
}

/** Does the line give the variable another value, or the folio up? */
export function changesHands(line: string, variable: string): boolean {
  const name = variable.replaceAll('.', '\\.');
  if (new RegExp(`(?:^|[^\\w.>])${name} = `).test(line)) return true;
  if (new RegExp(`&${name}\\b`).test(line)) return true;
  return new RegExp(
    `\\b\\w*(?:put|release|free|remove|delete|unmap|isolate|migrate|split|replace|freeze|truncate)\\w*\\(.*\\b${name}\\b`,
  ).test(line);
}
