import type { Told } from './evidence.js';
import { adviceText, callersText, evidence, headline, lastLine, racesText } from './evidence.js';
import { wrap } from './lines.js';
import type { Style } from './style.js';

/** What the findings before have said: a list that would come again word by word is not printed again. */
export class Said {
  private readonly lists = new Set<string>();

  /** The list, or where it is to be found. */
  once(list: readonly string[], instead: string): readonly string[] {
    const text = list.join('\n');
    if (list.length === 0) return [];
    if (this.lists.has(text)) return [instead];
    this.lists.add(text);
    return list;
  }
}

/** One finding for people: what it is, how it came, the lines that show it, what it breaks, what helps. */
export function findingText(
  told: Told,
  history: readonly string[],
  { advice = true, said, style }: { readonly advice?: boolean; readonly said: Said; readonly style: Style },
): string[] {
  return [
    ...headline(told, style),
    ...history.flatMap((text) => wrap(text, '  ')),
    ...evidence(told, style),
    ...said.once(racesText(told), '  The same updates can be lost as above.'),
    ...said.once(callersText(told), '  The other callers are those above.'),
    ...(advice ? said.once(adviceText(told), '  The same helps as above.') : []),
    lastLine(told, style),
  ];
}
