import fc from 'fast-check';
import { expect, it } from 'vitest';
import { lowerFile } from '../../src/c/lower/file.js';
import { readHead } from '../../src/c/lower/head.js';
import { normalise } from '../../src/c/normalise.js';
import type { FunctionFacts } from '../../src/c/facts.js';

/** What is read of a head, by itself and by the parser: of a function that is short all is read. */
async function bothWays(head: string): Promise<{ direct: boolean; long: unknown; short: unknown }> {
  const source = normalise(`${head}\n{\n}\n`, 'first');
  const [empty] = source.emptyFunctions;
  const direct = empty !== undefined && readHead(source.text, empty) !== null;
  const read = async (body: string): Promise<unknown> => {
    const { functions } = await lowerFile(`int before;\n\n${head}\n{\n${body}}\n\nint behind;\n`);
    return functions.map(
      ({ name, isStatic, isInit, line, returns, parameters, variadic }: FunctionFacts) => ({
        ...{ name, isStatic, isInit, line, returns, parameters, variadic },
      }),
    );
  };
  return {
    direct,
    long: await read('\tcount += step(count);\n'.repeat(40)),
    short: await read('\tcount++;\n'),
  };
}

const READ = [
  'int f(void)',
  'static int __init f(int argc, char *argv[])',
  'static inline struct device *f(struct device *device, const char *name, ...)',
  'unsigned long long\nf(unsigned long first, unsigned int, u32 rest[static_count])',
  'const struct ops **f(const struct thing *const thing, enum kind kind, union both *)',
  'void f(char __user *to, size_t length)',
  'STATIC int f(unsigned short __maybe_unused x)',
];
const LEFT = [
  'long __f(struct thing **things, int (last)[4])',
  'int f(int (*step)(int), int count)',
  'const struct ops * const *f(void)',
  'static __poll_t f(struct file *file)',
  'int (*f(int count))(int)',
  'int f(struct { int x; } *thing)',
  'SYSCALL_DEFINE1(f, int, count)',
];

it.each([
  ...READ.map((head) => ({ head, how: 'reads as the parser does', isRead: true, count: 1 })),
  ...LEFT.map((head) => ({ head, how: 'leaves to the parser', isRead: false, count: 1 })),
  { head: 'int f(first, second)\nint first, second;', how: 'takes for none', isRead: false, count: 0 },
])('$how: $head', async ({ head, isRead, count }) => {
  const { direct, long, short } = await bothWays(head);
  expect(direct).toBe(isRead);
  expect(long).toEqual(short);
  expect(long).toHaveLength(count);
});

it('reads any head as the parser does, or not at all', async () => {
  const some = (...words: string[]): fc.Arbitrary<string> => fc.constantFrom(...words);
  const type = some(
    ...['int', 'char', 'unsigned', 'unsigned int', 'unsigned long long', 'signed char', 'long int', 'short'],
    ...[
      'bool',
      'size_t',
      'u64',
      'gfp_t',
      '__u32',
      'struct thing',
      'union both',
      'enum kind',
      'void',
      'float',
    ],
  );
  const qualified = fc
    .tuple(
      some('', 'const ', 'volatile '),
      type,
      some('', ' const', ' __user'),
      some('', ' *', ' **', ' * const'),
    )
    .map((parts) => parts.join(''));
  const name = some('', ' x', ' name', ' __x', ' int_count', ' __maybe_unused x');
  const parameter = fc
    .tuple(qualified, name, some('', '', '[]', '[4]', '[LENGTH][2]', ' __unused'))
    .map(([of, what, behind]) => (what === '' ? of : `${of}${what}${behind}`));
  const list = fc.oneof(
    some('', 'void', '...'),
    fc
      .tuple(fc.array(parameter, { minLength: 1, maxLength: 4 }), some('', ', ...'))
      .map(([all, end]) => all.join(', ') + end),
  );
  const head = fc
    .tuple(
      some('', 'static ', 'static inline ', 'STATIC ', '__init ', 'asmlinkage ', 'extern '),
      qualified,
      some(' ', '\n'),
      list,
    )
    .map(([storage, of, gap, parameters]) => `${storage}${of}${gap}f(${parameters})`);
  let direct = 0;
  await fc.assert(
    fc.asyncProperty(head, async (text) => {
      const read = await bothWays(text);
      if (!read.direct) return;
      direct++;
      expect(read.long).toEqual(read.short);
    }),
    { numRuns: 1000 },
  );
  expect(direct).toBeGreaterThan(200);
});
