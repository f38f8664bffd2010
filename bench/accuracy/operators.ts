import { conversion } from './harmless/conversions.js';
import { cosmetic } from './harmless/cosmetic.js';
import { owned } from './harmless/owned.js';
import type { Operator } from './operator.js';
import { downgrades } from './plant/downgrades.js';
import { errorPath } from './plant/error-paths.js';
import { existingUpdater } from './plant/existing-updaters.js';
import { accessorRedefined } from './plant/header.js';
import { lookupCalls } from './plant/lookup-calls.js';
import { lookupForAllocation, publishedEarlier } from './plant/order.js';
import { freezeRemoved, guardRemoved, putAndTest } from './plant/protections.js';
import { speculative } from './plant/speculative.js';
import { wrappers } from './plant/wrappers.js';

/** All ways of editing a kernel that are measured. */
export const OPERATORS: readonly Operator[] = [
  ...lookupCalls,
  existingUpdater,
  ...wrappers,
  ...downgrades,
  publishedEarlier,
  guardRemoved,
  freezeRemoved,
  putAndTest,
  errorPath,
  lookupForAllocation,
  accessorRedefined,
  speculative,
  ...cosmetic,
  ...owned,
  conversion,
];
