import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Tree } from 'web-tree-sitter';
import { listFunctions, maxDepth } from '../../src/c/functions.js';
import { loadGrammar } from '../../src/c/grammar.js';
import { normalise, type Branch } from '../../src/c/normalise.js';

const parser = await loadGrammar();

function parsed<T>(source: string, branch: Branch, use: (tree: Tree, text: string) => T): T {
  const normalised = normalise(source, branch);
  expect(normalised.text).toHaveLength(source.length);
  expect(breaks(normalised.text)).toEqual(breaks(source));
  const tree = parser.parse(normalised.text)!;
  try {
    return use(tree, normalised.text);
  } finally {
    tree.delete();
  }
}

function breaks(text: string): number[] {
  return [...text.matchAll(/[\r\n]/g)].map(({ index }) => index);
}

/** Both passes give the same length and lines, and a tree without errors; so does normalising what was normalised. */
function parses(source: string): void {
  for (const branch of ['first', 'second'] as const) {
    const once = parsed(source, branch, (tree, text) => {
      expect(tree.rootNode.hasError, `${branch}:\n${text}\n${tree.rootNode.toString()}`).toBe(false);
      return text;
    });
    parsed(once, branch, (tree, text) => expect(tree.rootNode.hasError, `again:\n${text}`).toBe(false));
  }
}

function names(source: string, branch: Branch = 'first'): string[] {
  return parsed(source, branch, (tree) =>
    listFunctions(tree, normalise(source, branch)).map(({ name }) => name),
  );
}

/** What became of a source, runs of blanks squeezed. */
function squeezed(source: string, branch: Branch = 'first'): string {
  return normalise(source, branch).text.replace(/\s+/g, ' ').trim();
}

const inFunction = (body: string): string => `int outer(struct box *b, int n)\n{\n\t${body}\n}\n`;

describe('attributes', () => {
  const odd = [
    'static int __init set_up(void)\n{\n\treturn 0;\n}\n',
    '__printf(2, 3)\nvoid say(int level, const char *fmt, ...)\n{\n}\n',
    'static __always_inline __must_check bool is_box(const struct box __rcu *b) { return b; }\n',
    'void lock_box(struct box *b) __acquires(&b->lock)\n{\n}\n',
    'void swap(struct box *b)\n\t__releases(&b->lock)\n\t__acquires(&b->lock)\n{\n}\n',
    'asmlinkage __visible long enter(void __user *from) { return 0; }\n',
    'static int limit __read_mostly = 3, other __maybe_unused;\n',
    'struct box {\n\tint a __aligned(8);\n\tspinlock_t lock ____cacheline_aligned_in_smp;\n} __packed __randomize_layout;\n',
    'int f(int a __maybe_unused, void (*done)(int) __attribute__((weak))) { return a; }\n',
    'static SOMETHING_LOCAL int f(void) { return 1; }\n',
    'static struct box *__some_attr(3) make(void) { return 0; }\n',
    'static noinline_for_stack __no_such_macro u64 f(u64 __x) { u64 __y = __x; return __y; }\n',
    '#define my_section __attribute__((section(".mine")))\nstatic int my_section f(void) { return 0; }\n',
    inFunction('struct box *mine __free(kfree) = make();'),
    inFunction('u8 *p = (u8 __force *)(unsigned long)n;'),
  ];
  test.each(odd)('%j', (source) => parses(source));

  test('are noted, with their place', () => {
    const source = 'static int __init set_up(void) { return 0; }\n';
    expect(normalise(source, 'first').attributes).toEqual([{ name: '__init', start: 11, end: 17 }]);
  });

  test('a variable with an attribute name stays, as does the stub of a function', () => {
    expect(squeezed(inFunction('n = b->__head + s.__copy;'))).toContain('n = b->__head + s.__copy;');
    expect(squeezed('#define __go()\nvoid __go(void);\n')).toContain('void __go(void);');
  });

  test('names with underscores are declared, not blanked', () => {
    expect(squeezed(inFunction('unsigned long __flags; typeof(n) __n = n; struct box *__b = b;'))).toContain(
      'unsigned long __flags; typeof __n = n; struct box *__b = b;',
    );
  });
});

describe('iteration macros', () => {
  test('become loops of the same length; a side table has their names', () => {
    const source = inFunction('list_for_each_entry(b, &head, list) {\n\t\tuse(b);\n\t}');
    const { text, loops } = normalise(source, 'first');
    const at = source.indexOf('list_for_each');
    expect(text.slice(at).startsWith('while              (b, &head, list) {')).toBe(true);
    expect([...loops]).toEqual([[at, 'list_for_each_entry']]);
    parses(source);
  });

  const odd = [
    'for_each_box(b)\n\t\tuse(b);\n\treturn 1;',
    'for_each_box(b)\n\t\tfor_each_side(b, n)\n\t\t\tif (n)\n\t\t\t\tuse(b);\n\t\t\telse\n\t\t\t\tbreak;',
    'for_each_type(struct box, b, { 1 }) { }',
    'if (n)\n\t\tfor_each_box(b) use(b);\n\telse\n\t\tuse(0);',
    'each(b) { use(b); }',
    'forever() { use(b); }',
    'scoped_guard(mutex, &b->lock) { use(b); }',
    'scoped_cond_guard(mutex_try, return -1, &b->lock) {\n\t\tuse(b);\n\t}',
    'guard(mutex)(&b->lock);\n\tCLASS(fd, f)(n);\n\tuse(b);',
    'do {\n\t\tuse(b);\n\t} while_each_box(b, n);',
    'do {\n\t\tuse(b);\n\t} while (n);',
    'DEBUG(for_each_box(b) { use(b); })\n\n\tuse(b);',
  ];
  test.each(odd)('%j', (body) => parses(inFunction(body)));

  test('a macro that ends without a semicolon is no loop', () => {
    const { text, loops } = normalise(inFunction('PREPARE(b)\n\treturn 0;'), 'first');
    expect(loops.size).toBe(0);
    expect(text).toContain('PREPARE(b)\n;return 0;');
  });
});

describe('macro arguments', () => {
  const odd = [
    'b = container_of(n, struct box, list.next);',
    'n = max_t(unsigned long, n, 4) + min_t(size_t, n, 2);',
    'b = kzalloc_obj(struct box *, GFP_KERNEL);',
    'n = offsetof(struct box, side[3].area) + offsetof(box_t, area);',
    'n = sizeof(struct box) + sizeof b->side + __alignof__(*b) + _Alignof(struct box);',
    'b = va_arg(ap, struct box *); n = va_arg(ap, unsigned long long);',
    'CHECK(n, ==, 3); CHECK(n, &~, 3); CHECK(n, -);',
    'NOTHING(); HALF(, n); OTHER(n, ); BOTH(a, , b);',
    'TRY(b, return -EINVAL); TRY(b, goto out); TRY(b, continue);\nout:\n\tn++;',
    'RUN(b, n++; n--;); RUN({ n++; use(b); });',
    'PICK(n, .area = 3, .side = 4);',
    'log(KERN_ERR "box %d" FMT "\\n", n); log("a" NAME(n) "b", __func__);',
    'WARN_ONCE(n, "a"\n\t\t"b" PRIx64 "c");',
    'n = _Generic(b, struct box *: 1, const struct box *: b->area, default: (void)0);',
    'n = __builtin_types_compatible_p(typeof(n), unsigned int);',
    'n = READ_ONCE(*(u32 *)b) ?: ({ int __m = n; __m; });',
    'IF_BIG(if (n) { use(b); })',
  ];
  test.each(odd)('%j', (body) => parses(inFunction(body)));

  test('stay readable', () => {
    expect(squeezed(inFunction('b = container_of(n, struct box, list);'))).toContain(
      'b = container_of(n, struct_box, list);',
    );
    expect(squeezed(inFunction('for_each_of(struct box *it, list) { }'))).toContain('( it, list) { }');
  });
});

describe('functions by macro', () => {
  test('SYSCALL_DEFINE gets its name and its parameters', () => {
    const source =
      'SYSCALL_DEFINE2(move_box, unsigned long, from, struct box __user *, to)\n{\n\treturn 0;\n}\n';
    parses(source);
    expect(squeezed(source)).toBe('long move_box( unsigned long from, struct box * to) { return 0; }');
    parsed(source, 'first', (tree) => {
      const [found] = listFunctions(tree, normalise(source, 'first'));
      expect(found).toMatchObject({ name: 'move_box', macro: 'SYSCALL_DEFINE2', line: 1, error: false });
    });
  });

  test('a head over several lines', () => {
    const source = 'SYSCALL_DEFINE1(\n\tgo_box, int, n)\n{\n}\nDEFINE_HANDLER(\n\ton_box)\n{\n}\n';
    parses(source);
    expect(names(source)).toEqual(['go_box', 'on_box']);
  });

  test('other heads, too', () => {
    const source =
      'SYSCALL_DEFINE0(idle)\n{\n}\nCOMPAT_SYSCALL_DEFINE1(go, int, n)\n{\n}\nBPF_CALL_2(bpf_go, u64, a, u64, b)\n{\n}\n' +
      'DEFINE_HANDLER(on_box) { }\nstatic CLOSURE(step_box) { }\nstatic int NAMED(x)(struct box *b) { return 0; }\n';
    parses(source);
    expect(names(source)).toEqual(['idle', 'go', 'bpf_go', 'on_box', 'step_box', 'NAMED']);
  });

  test('calls at the top level are noted and blanked, with a semicolon or without', () => {
    const source =
      'EXPORT_SYMBOL(first);\nBOX_FNS(Dirty, dirty)\nint f(void)\n{\n\treturn 0;\n}\nEXPORT_SYMBOL_GPL(f);\nLATE(f)\n\nDEFINE_FREE(box, struct box *, if (_T) put(_T))\nstatic int g(void) { return 1; }\nALL_BOXES\n\nMORE(f);\n';
    parses(source);
    expect(names(source)).toEqual(['f', 'g']);
    const { invocations } = normalise(source, 'first');
    expect(invocations.map(({ name }) => name)).toEqual([
      'EXPORT_SYMBOL',
      'BOX_FNS',
      'EXPORT_SYMBOL_GPL',
      'LATE',
      'DEFINE_FREE',
      'ALL_BOXES',
      'MORE',
    ]);
    expect(source.slice(invocations[1]!.start, invocations[1]!.end)).toBe('BOX_FNS(Dirty, dirty)');
  });

  test('declarations keep their name', () => {
    const source =
      'static DEFINE_PER_CPU(struct batch, batches) = {\n\t.lock = INIT(batches.lock),\n};\nstatic LIST_HEAD(boxes);\nDECLARE_BITMAP(bits, 64) = { 0 };\n';
    parses(source);
    expect(squeezed(source)).toContain('static DEFINE_PER_CPU batches = {');
    expect(squeezed(source)).toContain('DECLARE_BITMAP bits = { 0 };');
  });
});

describe('conditionals', () => {
  const both =
    '#ifdef CONFIG_BOX\nint box(void) { return 1; }\n#else\nint box(void) { return 0; }\nint none(void) { return 0; }\n#endif\n';

  test('whole declarations of all branches are kept', () => {
    parses(both);
    expect(names(both)).toEqual(['box', 'box', 'none']);
    expect(normalise(both, 'first').hasAlternative).toBe(false);
  });

  test('inside a function one branch is taken per pass', () => {
    const source = inFunction(
      '\n#if defined(A) && \\\n\tdefined(B)\n\tone();\n#elif C\n\ttwo();\n#else\n\tthree();\n#endif\n#ifdef D\n\tfour();\n#endif',
    );
    parses(source);
    expect(squeezed(source, 'first')).toMatch(/\{ one\(\); four\(\); \}$/);
    expect(squeezed(source, 'second')).toMatch(/\{ three\(\); four\(\); \}$/);
    expect(normalise(source, 'first').hasAlternative).toBe(true);
  });

  const odd = [
    '#ifdef A\nstatic int f(int a)\n#else\nstatic int f(int a, int b)\n#endif\n{\n\treturn a;\n}\n',
    'int f(void)\n{\n#ifdef A\n\tif (one()) {\n#else\n\tif (two()) {\n#endif\n\t\tuse(0);\n\t}\n\treturn 0;\n}\n',
    'int f(int n)\n{\n\tif (n)\n\t\tone();\n#ifdef A\n\telse if (two())\n\t\ttwo();\n#endif\n\telse\n\t\tthree();\n\treturn 0;\n}\n',
    'int f(int n)\n{\n\treturn one() &&\n#if A\n\t\ttwo() &&\n#endif\n\t\tn;\n}\n',
    "#if 0\nnot c at all {{{ '\n#endif\nint f(void) { return 0; }\n",
    '#ifdef __ASSEMBLY__\n.macro go\n#else\nint f(void);\n#endif\n#ifdef __cplusplus\nextern "C" {\n#endif\nint g(void) { return 0; }\n#ifdef __cplusplus\n}\n#endif\n',
    'enum box {\n#ifdef A\n\tBIG,\n#endif\n#define SMALL SMALL\n\tSMALL,\n};\n',
    'static struct ops o = {\n\t.one = one,\n#ifdef A\n\t.two = two,\n#else\n\t.two = three,\n#endif\n};\n',
    '#endif\n#else\nint f(void) { return 0; }\n#if A\n',
    '#if A\n#if B\nint f(void) {\n#else\nint g(void) {\n#endif\n}\n#endif\n',
  ];
  test.each(odd)('%j', (source) => parses(source));
});

describe('directives', () => {
  const kept = [
    '#define ADD(a, b)\t((a) + (b))\n',
    '#define LOOP(x) \\\n\tfor (;;) \\\n\t\tx\n',
    '#define GUARD\n',
  ];
  test.each(kept)('%j stays as it is', (source) => {
    parses(source);
    expect(normalise(source, 'first').text).toBe(source);
  });

  const odd = [
    '#include <linux/box.h> /* for box */\n#include "box.h"\t\n',
    '#define EMPTY /* nothing */\n#define EMPTY_FN(x)   \nint a;\n',
    '#define F(a...) go(a)\n#define G(a, b...) go(a, ##b)\n',
    '#define X 1 /* one\n * two */ + 2\nint a;\n',
    '#define X one(); \t/* says \\\n\t\t  more */ \\\n\ttwo()\n',
    '#define WRONG(u64 x) y\n#define SPACED( a , b ... ) a\n',
    '#define HALF (4 /\\\n\t2)\n',
    '#error don\'t\n#pragma once\n# \n#warning "a\n#undef X /* x */\n',
    inFunction('\n#define LOCAL 3\n\tn = LOCAL;\n#undef LOCAL\n\tuse(b,\n#define ODD 4\n\t    n);'),
    'int last;\n#define LAST 1',
  ];
  test.each(odd)('%j', (source) => parses(source));

  test('the body behind a comment over several lines stays in the definition', () => {
    const source = '#define X(a) one(a); /* says\n  more */ two(a)\nint x;\n';
    parsed(source, 'first', (tree) => {
      const define = tree.rootNode.namedChild(0)!;
      expect(define.type).toBe('preproc_function_def');
      expect(define.childForFieldName('value')!.text).toMatch(/one\(a\);\s+\\\n\s+two\(a\)/);
    });
  });
});

describe('statements and declarations', () => {
  const odd = [
    'asm volatile("nop" : "=r"(n) : [b] "m"(*b) : "memory", "cc");',
    'asm goto(LOCK "x" CALL(y) : : : : out);\nout:\n\treturn 0;',
    "switch (n) {\n\tcase 1 ... 5:\n\tcase 'a'...'z':\n\t\tfallthrough;\n\tdefault:\n\t\tbreak;\n\t}",
    'static void *table[] = { &&one, &&two };\n\tgoto *table[n];\none:\n\tn = 1;\ntwo: __maybe_unused;\n\tn = 2;',
    'out:\n\t\t;\n\t}\n\t{',
    '__auto_type a = n; auto c = n; const typeof(*b) *p = b; __typeof__(n) d;',
    'int a[] = { [0 ... 3] = 1, [4] = 2, 5 }; struct box c = { .side[2].area = 1, size: 3 };',
    'struct { int a:3, :2, b; unsigned :0; } bits; enum { FALSE, TRUE } yes = TRUE;',
    'for (struct box *it = b; it; it = it->next) use(it);\n\tfor (i = 0 ; i < n ; i++) ;\n\tfor ( ; ; ) break;\n\tfor (;;);',
    'BUILD_BUG_ON(sizeof(struct box) != 8); static_assert(sizeof(u8) == 1, "u8");',
    'DECLARE_BITMAP(bits, 64) = { 0 };\n\tDEFINE_WAIT(wait);\n\tstatic DEFINE_RATELIMIT_STATE(rs, 5 * HZ, 10);',
    'use((struct box){ .area = 1 }); use(&(struct box){ }); use((int []){ 1, 2 });',
    'return (struct box) { .area = n }.area + ((box_t *)b)->area + (*b->fn)(n) + (b->fn)(b);',
    'extern int other(struct box *, void (*)(int)); typedef int (*fn_t)(void); int (*fn)(int) = 0;',
    'LAST_WITHOUT(b)',
    'n = 1;\n\tALL_STEPS\n\tuse(b);\n\tLAST_STEP',
    'LOOP(\n\t\tn++;\n\t,\n\t\treturn;\n\t);\n\tSTEP(a, >>)\n#undef X\n\tuse(b);',
    'alternative("x", "y %[b]", FEATURE, [b] "a" (b), "=r" (n) : "memory");\n\tregister long r asm("r0") = 1;\n\tasm_inline volatile("nop");',
    'for_each_box(b)\n\t\t(void)use(b);\n\tgo();',
    'unsigned long long int x = 1ULL, y = 0x1fUL, z = 1e3; char *s = "a\\\nb" "c"; wchar_t w = L\'x\';',
    'n = n ? : 3; n = -n - -n; n = !!n; n = ~n; n <<= 2; b->a[n]++; --n;',
  ];
  test.each(odd)('%j', (body) => parses(inFunction(body)));

  const top = [
    'struct box {\n\tstruct_group(sides,\n\t\tint a;\n\t\tint b, c;\n\t);\n\tDECLARE_BITMAP(bits, 8);\n\tMEMBERS\n\tint (*fn)(struct box *, int __user *p);\n\tu32:3;;\n};\n',
    'enum {\n\tX(ONE)\n\tX(TWO)\n\tTHREE = BIT(3),\n\tNULL,\n};\n',
    'const struct ops o = {\n\tCOMMON_OPS\n\t.open = go,\n\tLIST(one)\n\tLIST(two)\n\t{ 1 }, { 2 }\n};\n',
    'int (*find(int a))(int b)\n{\n\treturn 0;\n}\n',
    'typedef struct box_s { int a; } __packed box_t, *box_p;\n',
    'static const char *const names[] = {\n\t[ONE] = "one" SUFFIX,\n\t"two"\n};\n',
    'extern "C" {\nint f(void) { return 0; }\n}\n',
    'int f(void) { return 0; };\n;\n',
    'asm(".globl x");\nint f(void) { return 0; }\n',
  ];
  test.each(top)('%j', (source) => parses(source));

  test('a body wrapped out of a macro definition parses, its line continuations blank', () => {
    const source =
      'T wrapped(page, flag) { return ({\t\t\\\n\ttypeof(page) _p = (page);\t\\\n\t__set_bit(PG_##flag, &_p->flags); \\\n\tlog(#flag); }); }\n';
    parses(source);
    expect(normalise(source, 'first').text).not.toMatch(/[\\#]/);
  });
});

describe('any input', () => {
  const pieces = [
    'int',
    'f',
    '(',
    ')',
    '{',
    '}',
    ';',
    ',',
    '\n',
    ' ',
    '#if A\n',
    '#else\n',
    '#endif\n',
    '#define X(a...) /* c\n */ a\n',
    '__init',
    'typeof(',
    'for_each_x(a)',
    '*',
    '=',
    '"s"',
    "'c'",
    '"',
    "'",
    '/*',
    '*/',
    '//',
    '\\\n',
    '\r\n',
    'struct',
    'enum',
    'case',
    ':',
    '?',
    'asm',
    'goto',
    'SYSCALL_DEFINE1(a, b, c)',
    '[',
    ']',
    '...',
    '##',
    '#',
    '1...2',
    '0x',
    '.',
    'é',
    '\ud800',
    '\0',
    'do',
    'else',
    'return',
    '_Generic(',
    'sizeof',
  ];
  const junk = fc.array(fc.constantFrom(...pieces), { maxLength: 120 }).map((parts) => parts.join(''));

  test.each(['first', 'second'] as const)('keeps length and lines, never throws (%s)', (branch) => {
    fc.assert(
      fc.property(fc.oneof(junk, fc.string({ unit: 'binary' })), (source) => {
        const { text } = normalise(source, branch);
        return text.length === source.length && breaks(text).join() === breaks(source).join();
      }),
      { numRuns: 3000 },
    );
  });

  test('functions are listed whatever the tree looks like', () => {
    fc.assert(
      fc.property(junk, (source) => {
        const normalised = normalise(source, 'first');
        const tree = parser.parse(normalised.text)!;
        listFunctions(tree, normalised);
        tree.delete();
      }),
      { numRuns: 1000 },
    );
  });

  const deep: Record<string, (n: number) => string> = {
    brackets: (n) => `int f(void) { x = ${'('.repeat(n)}1${')'.repeat(n)}; }\n`,
    'open braces': (n) => '{'.repeat(n),
    attributes: (n) => '__init('.repeat(n),
    conditionals: (n) => '#if A\n'.repeat(n),
    branches: (n) => `#if A\n${'int x;\n#elif B\n'.repeat(n)}#endif\n`,
    sums: (n) => `int f(void) { x = 1${' + 1'.repeat(n)}; }\n`,
    'else chains': (n) => `int f(void) { ${'if (a) b(); else '.repeat(n)}; }\n`,
    'calls in a row': (n) => `int f(void) {\n${' a(b)\n'.repeat(n)}}\n`,
    'calls in calls': (n) => `int f(void) { ${'a('.repeat(n)}`,
    'loops in loops': (n) => `int f(void) { ${'each_one(a) {'.repeat(n)}`,
    words: (n) => `int f(void) { ${'a '.repeat(n)}}\n`,
    comments: (n) => '/*'.repeat(n),
    quotes: (n) => '"'.repeat(n),
  };

  test.each(Object.keys(deep))('linear time and bounded depth: %s', (kind) => {
    const source = deep[kind]!(60_000);
    const start = performance.now();
    const normalised = normalise(source, 'first');
    // Quadratic would be minutes.
    expect(performance.now() - start).toBeLessThan(10_000);
    const tree = parser.parse(normalised.text)!;
    for (const { node, error } of listFunctions(tree, normalised)) {
      if (node === null) expect(error).toBe(true);
      else expect(depth(node)).toBeLessThanOrEqual(maxDepth);
    }
    tree.delete();
  });

  function depth(top: { namedChildren: unknown[] }): number {
    let level = [top];
    let count = 0;
    for (; level.length > 0; count++) level = level.flatMap((node) => node.namedChildren as typeof level);
    return count - 1;
  }
});
