import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { condense, KEPT_NAMES } from '../../src/c/condense.js';

/** The condensed text, and what each of its characters stands for. */
function condensed(source: string): { text: string; parts: string[] } | null {
  const found = condense(source);
  if (found === null) return null;
  const { text, starts, ends } = found;
  return { text, parts: [...text].map((_, at) => source.slice(starts[at], ends[at])) };
}

describe('a condensed text', () => {
  it('says what each of its characters stands for', () => {
    expect(condensed('struct folio  *f /* x */= get("a\\"b");\n\n')).toEqual({
      text: 'struct _ *_ = _("");\n',
      parts: [
        ...'struct',
        ' ',
        ...['folio', '  ', '*', 'f', ' /* x */', '=', ' ', 'get', '(', '"', '"', ')', ';', '\n'],
      ],
    });
  });

  it.each([
    ['words of the grammar', 'static size_t NULL sizeofs;', 'static size_t NULL _;'],
    ['numbers and characters', "0x1fUL + 1.5e+3 + '\\'' + 'a'", "0x1fUL + 1.5e+3 + '\\'' + 'a'"],
    ['prefixes of strings', 'L"wide" u8"x" Lx', 'L"" u8"" _'],
    ['names with letters of several bytes', 'ä a\u{1F98A}b $x plain', 'ä a\u{1F98A}b $x _'],
    ['comments over lines', 'a; /* 1\n2 */ // 3 \\\n4\nb;', '_;\n_;'],
    ['definitions', '#define LIMIT  (1 + 2)\nx', '#define _ _\n_'],
    [
      'definitions over lines',
      '  #define F(a, b...) g(a, \\\n  b)\r\nx',
      '\n#define _(_, _...) _\n_'.slice(1),
    ],
    ['definitions of nothing', '#define A\n#define B()\nx', '#define A\n#define B()\n_'],
    ['definitions with a slash at the end', '#define A 1 /\n#define B 1/2\n', '#define A 1 /\n#define _ _\n'],
    ['definitions that begin on the next line', '#define A \\\n 1\nx', '#define A \\\n 1\n_'],
    ['other directives', '#pragma pack( 1 )\n', '#pragma pack( 1 )\n'],
  ])('keeps what may not be left out: %s', (_, source, text) => {
    // What stands in front of a directive is white space as any.
    expect(condense(source)?.text.replace(/^ /, '').replaceAll('\r', '')).toBe(text);
  });

  it.each(['"no end\n"', "'no end\n'", '/* no end', '"no end'])('is none of %j', (source) => {
    expect(condense(source)).toBeNull();
  });

  it('keeps all the words that the grammar knows', () => {
    const grammar = readFileSync(
      fileURLToPath(import.meta.resolve('tree-sitter-c/src/grammar.json')),
      'utf8',
    );
    const words = [...grammar.matchAll(/"type": "STRING",\s*"value": "([A-Za-z_]\w*)"/g)].map(
      ([, word]) => word!,
    );
    expect(words.length).toBeGreaterThan(100);
    for (const word of words) expect(KEPT_NAMES).toContain(word);
  });
});
