import type { Action, Expression } from './facts.js';

/** The values that a node reads as a whole: what it assigns, passes, tests or returns. */
export function expressionsOf(action: Action): readonly Expression[] {
  switch (action.do) {
    case 'assign':
      return [action.value];
    case 'call':
    case 'iterate':
      return action.arguments;
    case 'test':
      return [action.condition];
    case 'return':
      return action.value ? [action.value] : [];
    default:
      return [];
  }
}
