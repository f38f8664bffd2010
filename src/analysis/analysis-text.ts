import type { FunctionAnalysis } from './execution.js';
import type { Summary } from './summary.js';

const texts = new WeakMap<FunctionAnalysis, string>();

/** An analysis as text: equal texts say the same, down to the lines. */
export function analysisText(analysis: FunctionAnalysis): string {
  let text = texts.get(analysis);
  if (text === undefined) {
    text = textOf([analysis.summary, analysis.record]);
    texts.set(analysis, text);
  }
  return text;
}

/** A summary as text, likewise. */
export function summaryText(summary: Summary): string {
  return textOf(summary);
}

function textOf(found: unknown): string {
  return JSON.stringify(found, (_key, value: unknown) => {
    if (value instanceof Set) return [...(value as Set<unknown>)];
    if (typeof value === 'object' && value !== null && 'symbolic' in value && 'id' in value)
      return `#${String(value.id)}`;
    return value;
  });
}
