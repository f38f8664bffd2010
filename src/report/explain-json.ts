import type { Explanation } from '../review/explain.js';
import { JSON_VERSION } from './json.js';

/** What is known of functions as JSON, in the form of docs/explain.schema.json. */
export function explanationsToJson(tree: string, explanations: readonly Explanation[]): object {
  return { version: JSON_VERSION, tree, functions: explanations };
}
