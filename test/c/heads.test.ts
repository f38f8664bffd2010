import fc from 'fast-check';
import { expect, it } from 'vitest';
import { blankBodies } from '../../src/c/lower/blank.js';
import { lowerFile } from '../../src/c/lower/file.js';
import { headsIn, type FunctionHead } from '../../src/c/lower/heads.js';

async function asLowered(text: string): Promise<FunctionHead[]> {
  const { functions } = await lowerFile(blankBodies(text));
  return functions.map(({ name, line, endLine, parameters }) => ({ name, line, endLine, parameters }));
}

async function heads(text: string): Promise<FunctionHead[]> {
  return (await headsIn(text)).map(({ name, line, endLine, parameters }) => ({
    ...{ name, line, endLine, parameters },
  }));
}

it('says where functions begin and end, and what they are given', async () => {
  expect(
    await heads('/* Adds. */\nstatic int add(int a,\n\t\tstruct folio *b)\n{\n\treturn a + b->c;\n}\n'),
  ).toEqual([
    {
      name: 'add',
      line: 2,
      endLine: 6,
      parameters: [
        { name: 'a', type: 'int' },
        { name: 'b', type: 'struct folio *' },
      ],
    },
  ]);
});

it('counts macros with parameters', async () => {
  expect((await heads('#define ADD(a, b) ((a) + (b))\nint f(void)\n{\n}\n')).map(({ name }) => name)).toEqual(
    ['ADD', 'f'],
  );
});

it('reads the same as who reads all of it, whatever stands around', async () => {
  const item = fc.constantFrom(
    'int f(void)\n{\n\treturn g(1);\n}',
    'static void g(struct folio *folio, void (*step)(int))\n{\n\tfolio_lock(folio);\n}',
    'unsigned long *f(const char *name, ...)\n{\n}',
    '/* int h(void) { } */',
    '/* never closed',
    '// until the end',
    '#define COUNT 3',
    '#define STEP(x) step(x)',
    '#ifdef CONFIG_X\nint x(void)\n{\n}\n#else\nint x(void) { return 0; }\n#endif',
    'struct s { int a; };',
    'int declared(int);',
    'EXPORT_SYMBOL(f);',
    '}',
    '\treturn 0;',
    'SYSCALL_DEFINE1(f, int, count)\n{\n}',
  );
  await fc.assert(
    fc.asyncProperty(fc.array(item, { maxLength: 6 }), async (items) => {
      const text = `${items.join('\n\n')}\n`;
      expect(await heads(text)).toEqual(await asLowered(text));
    }),
  );
});
