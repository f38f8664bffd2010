import type { ListPatches } from './lists/archive.js';
import type { ListResult } from './lists/on-tree.js';
import type { PatchCount } from './lists/patches.js';
import type { WithoutTree } from './lists/without-tree.js';
import type { Measured } from './measure.js';
import type { Operator } from './operator.js';

/** The sample of one operator on one tree. */
export interface Tally {
  readonly operator: Operator;
  readonly measured: readonly Measured[];
}

export function headLine(version: string, seed: string): string {
  return `Linux ${version}, seed ${seed}`;
}

/** `call-page-cache            12 of 12 found  100.0%` */
export function operatorLine({ operator, measured }: Tally): string {
  const right = measured.filter(({ verdict }) => verdict.outcome === 'right').length;
  const all = measured.length;
  const what =
    operator.kind === 'planted'
      ? `${String(right)} of ${String(all)} found`
      : `${String(all - right)} of ${String(all)} false alarms`;
  const share = all === 0 ? 'no place' : percent(operator.kind === 'planted' ? right : all - right, all);
  const others = measured.reduce((sum, { verdict }) => sum + verdict.others.length, 0);
  const more = others > 0 ? `, ${String(others)} other findings` : '';
  return `  ${operator.name.padEnd(28)} ${what.padEnd(24)} ${share.padStart(8)}${more}`;
}

/** Recall and false alarms over all trees, and what the sample was drawn from. */
export function totalLines(all: readonly Measured[]): string[] {
  const lines: string[] = [];
  for (const kind of ['planted', 'harmless'] as const) {
    const measured = all.filter(({ operator }) => operator.kind === kind);
    if (measured.length === 0) continue;
    const right = measured.filter(({ verdict }) => verdict.outcome === 'right').length;
    const files = new Set(measured.map(({ item }) => item.file)).size;
    const functions = new Set(measured.map(({ item }) => `${item.file}:${item.function}`)).size;
    const places = `in ${String(functions)} functions of ${String(files)} files`;
    lines.push(
      kind === 'planted'
        ? `${String(right)} of ${String(measured.length)} planted hazards found (${percent(right, measured.length)}), ${places}`
        : `${String(measured.length - right)} false alarms on ${String(measured.length)} harmless changes (${percent(measured.length - right, measured.length)}), ${places}`,
    );
  }
  return lines;
}

/** What a list holds. */
export function listLine(name: string, { mails, unreadable }: ListPatches, count: PatchCount): string {
  return (
    `${name}: ${String(mails)} mails, ${String(count.patches)} patches, ${String(count.code)} of C code, ` +
    `${String(count.folios)} touch folios or pages; ${String(unreadable.length)} mails could not be read`
  );
}

/** What came of real patches on a tree. */
export function treeLine(
  name: string,
  { applied, concerned, reviewed, fitting, findings, failures }: ListResult,
): string {
  return (
    `${name}: ${String(applied)} patches apply, ${String(concerned)} change files that handle folios or pages; ` +
    `${String(reviewed)} of their ${String(fitting)} series reviewed; ` +
    `${String(findings)} findings, ${String(failures.length)} series failed`
  );
}

/** What came of real patches without a tree. */
export function snapshotLine(
  { series, reviewed, concerned, findings, failures }: WithoutTree,
  all: number,
): string {
  return (
    `without a tree: ${String(series)} of ${String(all)} series looked at; ${String(reviewed)} patches reviewed, ` +
    `${String(concerned)} touch folios or pages; ${String(findings)} findings, ${String(failures.length)} series failed`
  );
}

function percent(part: number, all: number): string {
  return `${((100 * part) / all).toFixed(1)}%`;
}
