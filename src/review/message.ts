import type { Check } from '../rules/check.js';
import type { Described } from '../rules/facts.js';
import { textValues } from '../rules/placeholders.js';
import { render } from '../rules/template.js';

export { listed, updateName } from '../rules/words.js';

/** A finding, as far as its sentence needs it. */
export interface Told extends Described {
  readonly check: Check;
}

/** The text of the check, about one finding or about several that differ in nothing but the update. */
export function messageOf(together: readonly [Told, ...Told[]]): string {
  return render(together[0].check.text, textValues(together));
}
