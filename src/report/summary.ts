import type { Review } from '../review/review.js';
import { gather } from './evidence.js';
import { counted } from './lines.js';

/** The outcome of a review in one sentence. */
export function summary({ findings, resolved, patches, tree, snapshot }: Review): string {
  const open = gather(findings.filter((finding) => finding.resolvedBy === null)).length;
  const closed = gather(findings.filter((finding) => finding.resolvedBy !== null)).length;
  const right = gather(resolved).length;
  if (open + closed + right === 0) {
    const all = patches.every(({ status }) => status === 'applied');
    if (patches.every(({ status }) => status === 'already'))
      return `Nothing to report: ${snapshot ? tree : 'the tree'} has it already.`;
    return all ? 'Nothing to report.' : 'Nothing to report on what applies.';
  }
  const parts = [open === 0 ? 'No finding' : counted(open, 'finding')];
  if (closed > 0) parts.push(`${closed} that a later patch takes back`);
  if (right > 0) parts.push(`${right} that the ${patches.length > 1 ? 'series' : 'patch'} puts right`);
  return `${parts.join(', ')}.`;
}
