import type { Expression, Place } from '../c/facts.js';

/** A place as C writes it. */
export function placeText(place: Place): string {
  let text = place.base;
  for (const step of place.path) {
    if (step === '*') text = `*${text}`;
    else text += step.replace('[?]', '[i]');
  }
  return text;
}

/** An expression as C writes it, near enough for a reader to find it. */
export function expressionText(expression: Expression): string {
  switch (expression.kind) {
    case 'number':
      return expression.value > 9 || expression.value < 0
        ? expression.value < 0
          ? String(expression.value)
          : `0x${expression.value.toString(16)}`
        : String(expression.value);
    case 'name':
      return expression.name;
    case 'type':
      return expression.type;
    case 'read':
      return expression.place.base.startsWith('%') ? '…' : placeText(expression.place);
    case 'address':
      return '&' + placeText(expression.place);
    case 'unary':
      return expression.operator + parenthesised(expression.operand);
    case 'binary':
      return `${parenthesised(expression.left)} ${expression.operator} ${parenthesised(expression.right)}`;
    case 'opaque':
      return '…';
  }
}

function parenthesised(expression: Expression): string {
  const text = expressionText(expression);
  return expression.kind === 'binary' ? `(${text})` : text;
}
