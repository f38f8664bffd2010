import type { Patch } from '../../../src/patch/patch.js';
import type { Finding } from '../../../src/review/finding.js';

/** A finding on a real patch. */
export interface RealFinding {
  readonly patch: Patch;
  readonly finding: Finding;
}
