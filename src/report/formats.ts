import type { Review } from '../review/review.js';
import { reviewToWorkflowCommands } from './github.js';
import { reviewToJson } from './json.js';
import { reviewToMarkdown } from './markdown.js';
import { reviewToReplies } from './replies.js';
import { reviewToSarif } from './sarif.js';
import type { Style } from './style.js';
import { reviewToText } from './text.js';

/** What a format may want to know beside the review. */
export interface Printing {
  readonly style: Style;
  /** Version of Recto. */
  readonly version: string;
}

/** All ways to print a review, by the name that `--format` takes. */
export const REVIEW_FORMATS = {
  text: (review, { style }) => reviewToText(review, style),
  reply: (review) => reviewToReplies(review),
  json: (review) => json(reviewToJson(review)),
  markdown: (review) => reviewToMarkdown(review),
  sarif: (review, { version }) => json(reviewToSarif(review, version)),
  github: (review) => reviewToWorkflowCommands(review),
} as const satisfies Readonly<Record<string, (review: Review, printing: Printing) => string>>;

/** The name of a format. */
export type ReviewFormat = keyof typeof REVIEW_FORMATS;

function json(value: object): string {
  return JSON.stringify(value, null, 2) + '\n';
}
