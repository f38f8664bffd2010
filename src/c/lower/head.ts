import type { FunctionFacts, Variable } from '../facts.js';
import type { EmptyFunction } from '../normalise.js';
import { plainType } from './types.js';

/** What the head of a function says. */
export type Head = Pick<FunctionFacts, 'name' | 'returns' | 'parameters' | 'variadic'>;

/**
 * Reads the head of a function without a parser, where it is of words, asterisks and plain arrays alone.
 *
 * @param text the normalised text that the function is in
 * @returns null where only the parser can tell
 */
export function readHead(text: string, { start, name, body }: EmptyFunction): Head | null {
  if (body - start > LONGEST) return null;
  const [, word, list] = HEAD.exec(text.slice(name, body)) ?? [];
  if (word === undefined) return null;
  const result = readDeclared(`${text.slice(start, name)} function`);
  if (!result?.name) return null;
  const parameters: Variable[] = [];
  const items = list!.split(',');
  const variadic = items.at(-1)!.trim() === '...';
  if (variadic) items.pop();
  for (const item of items) {
    const declared = readDeclared(item);
    if (!declared) return null;
    // As the parser has it: what has no name has no declarator.
    if (!declared.name && declared.base === 'void') continue;
    parameters.push(
      declared.name
        ? { name: declared.name, type: typeOf(declared) }
        : { name: `%unnamed${parameters.length}`, type: declared.base },
    );
  }
  return { name: word, returns: typeOf(result), parameters, variadic };
}

/** A head that is longer is left to the parser: looking for its end may take as many steps again. */
const LONGEST = 600;
const HEAD = /^([A-Za-z_]\w*)\s*\(([\w\s*,[\]]*(?:\.\.\.\s*)?)\)\s*$/;

/** A type and what is declared with it, as far as it has a name. */
interface Declared {
  readonly base: string;
  readonly suffix: string;
  readonly name: string;
}

function typeOf({ base, suffix }: Declared): string {
  return suffix ? `${base} ${suffix}` : base;
}

/** `const struct page **pages`, `unsigned long x[2]`, `gfp_t`; null for anything else. */
function readDeclared(text: string): Declared | null {
  // Names like these may be attributes.
  if (/\b__/.test(text)) return null;
  const [, words, asterisks, behind, arrays] = DECLARED.exec(text) ?? [];
  if (words === undefined) return null;
  const all = plainType(words).split(' ');
  const types = RECORDS.has(all[0]!) ? 2 : Math.max(1, all.findLastIndex((word) => SIZES.has(word)) + 1);
  const base = all.slice(0, types);
  // `unsigned int`, but not `unsigned u`.
  if (all[0] === '' || (types > 1 && !RECORDS.has(all[0]!) && !base.every((word) => SIZES.has(word))))
    return null;
  if (types > all.length) return null;
  const rest = [...all.slice(types), ...plainType(behind!).split(' ')].filter((word) => word !== '');
  if (rest.length > 1 || (asterisks !== '' && all.length > types)) return null;
  if (rest.length === 0 && arrays !== '') return null;
  return {
    base: base.join(' '),
    suffix: asterisks!.replace(/\s/g, '') + arrays!.replace(/[^[\]]/g, ''),
    name: rest[0] ?? '',
  };
}

const DECLARED = /^\s*(\w[\w\s]*)((?:\*\s*)*)([\w\s]*)((?:\[\w*\]\s*)*)$/;

const RECORDS = new Set(['struct', 'union', 'enum']);
/** Words of which several make one type. */
const SIZES = new Set(['unsigned', 'signed', 'long', 'short', 'int', 'char']);
