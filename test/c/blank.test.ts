import { expect, it } from 'vitest';
import { blankBodies, blankUnneededBodies } from '../../src/c/lower/blank.js';
import { lowerFile } from '../../src/c/lower/file.js';

const long = '\tcount += step(count);\n'.repeat(40);
const define = (head: string, body: string): string => `${head}\n{\n${body}}\n`;
const blanked = (text: string): boolean => {
  const left = blankUnneededBodies(text);
  expect(left.length).toBe(text.length);
  expect(left.split('\n').length).toBe(text.split('\n').length);
  return left !== text;
};

it('blanks long bodies of functions that cannot handle folios', () => {
  expect(blanked(define('static int a(int count)', long))).toBe(true);
  expect(blanked(`int x;\n\n${define('static int a(int count)', long)}`)).toBe(true);
});

it.each([
  ['short', define('int a(void)', '\treturn 1;\n')],
  ['of a folio, by a word in it', define('int a(void)', `${long}\tfolio_get(f);\n`)],
  ['of a folio, by a word in its head', define('int a(struct page *p)', long)],
  ['of a folio, by its flags', define('int a(void)', `${long}\tf->flags |= 1;\n`)],
  ['that defines a macro', define('int a(void)', `${long}#define X 1\n`)],
  ['with half of a conditional', define('int a(void)', `${long}#ifdef X\n\tb();\n`)],
  [
    'with half of a block in a branch',
    define('int a(void)', `${long}#ifdef X\n\tif (b) {\n#endif\n\tc();\n\t}\n`),
  ],
  ['with a table', define('int a(void)', `\tstruct ops ops = { .run = b };\n${long}`)],
  ['with another number of closing braces', define('int a(void)', `${long}\tif (x) {\n`)],
  ['that begins in a comment', `/*\n{\n${long} */\nint a(void)\n{\n\tb();\n}\n`],
  ['that is a table', define('static const int table[] =', `${long}`)],
])('leaves a body %s', (_, text) => {
  expect(blanked(`\n${text}`)).toBe(false);
});

it.each([
  ['the size of a page', '\tlength = PAGE_ALIGN(length) / PAGE_SIZE;\n'],
  ['flags that are no member', '\tspin_lock_irqsave(&lock, flags);\n'],
  ['words that only sound like it', '\taccepted = adapter_reset();\n'],
  ['a comment', '\t/* This page is gone,\n\t * so is its folio. */\n'],
  ['an empty value', '\tstruct state state = { 0 }, other = {};\n'],
  ['whole conditionals', '#ifdef X\n\tif (x) {\n\t\tb();\n\t}\n#else\n\tc();\n#endif\n'],
])('takes %s for no sign of folios', (_, line) => {
  expect(blanked(define('/* Of a page. */\nint a(int count)', `${long}${line}${long}`))).toBe(true);
  expect(blanked(define('int a(int count)', `${long}${line}\tb(page);\n`))).toBe(false);
});

it('keeps the longer one of two configurations, read or not', async () => {
  const real = define('int a(int count)', long);
  const { functions } = await lowerFile(
    `#ifndef X\n${define('int a(int count)', '\treturn 0;\n')}#else\n${real}#endif\n`,
  );
  expect(functions).toMatchObject([{ name: 'a', line: 7, nodes: [] }]);
});

it('blanks all bodies where only heads are asked for, and finds the same functions', async () => {
  const text = [
    define('int a(struct page *p)', '\tget_page(p);\n\tif (p) {\n\t\tb();\n\t}\n'),
    define('struct folio *c(void)', '\treturn d;\n'),
    define('static int e(void)', '\tstruct ops ops = { .run = b };\n\treturn f(&ops);\n'),
  ].join('');
  const heads = blankBodies(text);
  expect(heads).not.toContain('get_page');
  expect(heads).not.toContain('return d');
  expect(heads).toContain('.run = b');
  const places = async (code: string) =>
    (await lowerFile(code)).functions.map(({ name, line, endLine }) => ({ name, line, endLine }));
  expect(await places(heads)).toEqual(await places(text));
  expect(await places(heads)).toHaveLength(3);
});

it('knows a function by name all the same, with its lines', async () => {
  const { functions } = await lowerFile(
    `\n${define('static int a(int count)', long)}\nint b(void) { return 1; }\n`,
  );
  expect(functions).toMatchObject([
    { name: 'a', line: 2, endLine: 44, parameters: [{ name: 'count', type: 'int' }], nodes: [], locals: {} },
    { name: 'b', line: 46 },
  ]);
});

it('reads again in the second pass only what may differ, and sees both configurations', async () => {
  const { functions } = await lowerFile(`
int same(struct folio *folio)
{
	return one(folio);
}

#ifdef CONFIG_X
int differs(struct folio *folio)
{
#ifdef CONFIG_Y
	return two(folio);
#else
	return three(folio);
#endif
}
MACRO_WITHOUT_SEMICOLON
int more(struct folio *folio)
{
	return four(folio);
}
#else
int only_without(struct folio *folio)
{
	return five(folio);
}
#endif
`);
  const calls = (name: string) =>
    functions
      .find((facts) => facts.name === name)
      ?.nodes.flatMap(({ action }) => (action.do === 'call' ? [action.callee] : []));
  expect(functions.map(({ name }) => name).sort()).toEqual(['differs', 'more', 'only_without', 'same']);
  expect([calls('same'), calls('differs'), calls('more')]).toEqual([['one'], ['two', 'three'], ['four']]);
});
