import type { FunctionAnalysis } from './execution.js';

const texts = new WeakMap<FunctionAnalysis, string>();

/** An analysis as text: equal texts say the same, down to the lines. */
export function analysisText(analysis: FunctionAnalysis): string {
  let text = texts.get(analysis);
  if (text === undefined) {
    text = JSON.stringify([analysis.summary, analysis.record], (_key, value: unknown) => {
      if (value instanceof Set) return [...value];
      if (typeof value === 'object' && value !== null && 'symbolic' in value && 'id' in value)
        return `#${String(value.id)}`;
      return value;
    });
    texts.set(analysis, text);
  }
  return text;
}
