import { describe, expect, it } from 'vitest';
import { lowerFile } from '../../src/c/lower/file.js';
import { printGraph } from './print-facts.js';

/** The only function of a file. */
async function lowered(text: string) {
  const { functions } = await lowerFile(text);
  const function_ = functions.at(-1);
  expect(function_).toBeDefined();
  return function_!;
}

/** The graph of a function with this body, and the parameters `folio`, `x`, `y` and `list`. */
async function body(text: string): Promise<string> {
  return printGraph(
    await lowered(`int f(struct folio *folio, int x, int y, struct list_head *list)\n{\n${text}\n}\n`),
  );
}

describe('control flow', () => {
  it('takes one branch of an if', async () => {
    expect(await body('if (x) a(folio); else b(folio); return y;')).toMatchInlineSnapshot(`
      "1 x ? 2 : 4
      2 %0 = a(folio) → 3
      3 return y
      4 %1 = b(folio) → 3"
    `);
  });

  it('passes by an if without else', async () => {
    expect(await body('if (!x) a(folio); return y;')).toMatchInlineSnapshot(`
      "1 x ? 2 : 3
      2 return y
      3 %0 = a(folio) → 2"
    `);
  });

  it('joins a chain of else ifs', async () => {
    expect(await body('if (x == 1) a(folio); else if (x == 2) b(folio); else return 0; c(folio);'))
      .toMatchInlineSnapshot(`
      "1 x == 1 ? 2 : 4
      2 %0 = a(folio) → 3
      3 %2 = c(folio) → end
      4 x == 2 ? 5 : 6
      5 %1 = b(folio) → 3
      6 return 0"
    `);
  });

  it('decides && and || from left to right, and calls only what is reached', async () => {
    expect(await body('if (x && (a(folio) || !b(folio))) c(folio);')).toMatchInlineSnapshot(`
      "1 x ? 2 : end
      2 %0 = a(folio) → 3
      3 %0 ? 4 : 5
      4 %2 = c(folio) → end
      5 %1 = b(folio) → 6
      6 %1 ? end : 4"
    `);
  });

  it('keeps what a condition was when it is used as a value', async () => {
    expect(await body('x = a(folio) && y; return x;')).toMatchInlineSnapshot(`
      "1 %1 = a(folio) → 2
      2 %1 ? 3 : 7
      3 y ? 4 : 7
      4 %0 = 1 → 5
      5 x = %0 → 6
      6 return x
      7 %0 = 0 → 5"
    `);
  });

  it('takes one side of a ternary', async () => {
    expect(await body('return x > 1 ? a(folio) : y;')).toMatchInlineSnapshot(`
      "1 x > 1 ? 2 : 5
      2 %1 = a(folio) → 3
      3 %0 = %1 → 4
      4 return %0
      5 %0 = y → 4"
    `);
  });

  it('takes the condition itself where a ternary has no middle', async () => {
    expect(await body('return x ?: a(folio);')).toMatchInlineSnapshot(`
      "1 x ? 2 : 4
      2 %0 = x → 3
      3 return %0
      4 %1 = a(folio) → 5
      5 %0 = %1 → 3"
    `);
  });

  it('takes a constant condition one way only', async () => {
    expect(await body('if (0) a(folio); while (1) { b(folio); if (x) break; }')).toMatchInlineSnapshot(`
      "1 %1 = b(folio) → 2
      2 x ? end : 1"
    `);
  });

  it('sees through likely and unlikely', async () => {
    expect(await body('if (unlikely(!a(folio)) || likely(x)) b(folio);')).toMatchInlineSnapshot(`
      "1 %0 = a(folio) → 2
      2 %0 ? 3 : 4
      3 x ? 4 : end
      4 %1 = b(folio) → end"
    `);
  });

  it('gives code behind a return no node', async () => {
    expect(await body('return x; a(folio);')).toMatchInlineSnapshot(`"1 return x"`);
  });
});

describe('switch', () => {
  it('falls through from case to case', async () => {
    expect(
      await body('switch (x) { case 1: a(folio); case 2: b(folio); break; case 3: c(folio); } d(folio);'),
    ).toMatchInlineSnapshot(`
      "1 x == 1 ? 2 : 5
      2 %0 = a(folio) → 3
      3 %1 = b(folio) → 4
      4 %3 = d(folio) → end
      5 x == 2 ? 3 : 6
      6 x == 3 ? 7 : 4
      7 %2 = c(folio) → 4"
    `);
  });

  it('tries all cases before a default that stands first', async () => {
    expect(await body('switch (x) { default: a(folio); break; case 1: b(folio); break; } d(folio);'))
      .toMatchInlineSnapshot(`
      "1 x == 1 ? 2 : 4
      2 %1 = b(folio) → 3
      3 %2 = d(folio) → end
      4 %0 = a(folio) → 3"
    `);
  });

  it('falls through a default that stands in the middle', async () => {
    expect(await body('switch (x) { case 1: a(folio); default: b(folio); case 2: c(folio); }'))
      .toMatchInlineSnapshot(`
      "1 x == 1 ? 2 : 5
      2 %0 = a(folio) → 3
      3 %1 = b(folio) → 4
      4 %2 = c(folio) → end
      5 x == 2 ? 4 : 3"
    `);
  });

  it('lets cases share a body', async () => {
    expect(await body('switch (x) { case 1: case 2: a(folio); break; default: return 0; } b(folio);'))
      .toMatchInlineSnapshot(`
      "1 x == 1 ? 2 : 4
      2 %0 = a(folio) → 3
      3 %1 = b(folio) → end
      4 x == 2 ? 2 : 5
      5 return 0"
    `);
  });

  it('evaluates what it switches on once', async () => {
    expect(await body('switch (a(folio)) { case 1: return 1; case 2: return 2; }')).toMatchInlineSnapshot(`
      "1 %0 = a(folio) → 2
      2 %0 == 1 ? 3 : 4
      3 return 1
      4 %0 == 2 ? 5 : end
      5 return 2"
    `);
  });

  it('inside a loop has a break of its own, and the continue of the loop', async () => {
    expect(
      await body('while (a(folio)) { switch (x) { case 1: continue; case 2: break; } b(folio); } return 0;'),
    ).toMatchInlineSnapshot(`
      "1 %0 = a(folio) → 2
      2 %0 ? 3 : 6
      3 x == 1 ? 1 : 4
      4 x == 2 ? 5 : 5
      5 %1 = b(folio) → 1
      6 return 0"
    `);
  });

  // normalise() blanks the dots to `|`, so that switchStatement() never sees the range and tests `x == (1 | 3)`.
  it('takes a range of cases', async () => {
    expect(await body('switch (x) { case 1 ... 3: a(folio); break; } b(folio);')).toBe(
      '1 … ? 2 : 3\n2 %0 = a(folio) → 3\n3 %1 = b(folio) → end',
    );
  });
});

describe('loops', () => {
  it('tests a while before each pass', async () => {
    expect(await body('while (x > 0) a(folio); return 0;')).toMatchInlineSnapshot(`
      "1 x > 0 ? 2 : 3
      2 %0 = a(folio) → 1
      3 return 0"
    `);
  });

  it('tests a do after each pass, also after continue', async () => {
    expect(await body('do { if (y) continue; a(folio); } while (x > 0); return 0;')).toMatchInlineSnapshot(`
      "1 y ? 2 : 4
      2 x > 0 ? 1 : 3
      3 return 0
      4 %0 = a(folio) → 2"
    `);
  });

  it('steps a for after each pass, also after continue', async () => {
    expect(await body('for (int i = 0; i < x; i++) { if (y) continue; a(folio); } return 0;'))
      .toMatchInlineSnapshot(`
      "1 i = 0 → 2
      2 i < x ? 3 : 7
      3 y ? 4 : 6
      4 %1 = i → 5
      5 i += 1 → 2
      6 %0 = a(folio) → 4
      7 return 0"
    `);
  });

  it('leaves the innermost loop by break', async () => {
    expect(await body('for (;;) { while (x) { if (y) break; } if (y) break; } return 0;'))
      .toMatchInlineSnapshot(`
      "1 x ? 2 : 3
      2 y ? 3 : 1
      3 y ? 4 : 1
      4 return 0"
    `);
  });

  it('goes forwards and backwards to labels', async () => {
    expect(await body('again: if (a(folio)) goto out; if (x) goto again; b(folio); out: return 0;'))
      .toMatchInlineSnapshot(`
      "1 %0 = a(folio) → 2
      2 %0 ? 3 : 4
      3 return 0
      4 x ? 1 : 5
      5 %1 = b(folio) → 3"
    `);
  });

  it('jumps out of two loops at once', async () => {
    expect(await body('for (;;) while (a(folio)) if (x) goto out; out: return 0;')).toMatchInlineSnapshot(`
      "1 %0 = a(folio) → 2
      2 %0 ? 3 : 1
      3 x ? 4 : 1
      4 return 0"
    `);
  });

  it('gives the variable of an iteration macro a new value at each pass', async () => {
    expect(
      await body(
        'struct folio *next; list_for_each_entry(next, list, lru) { if (x) continue; a(next); } return 0;',
      ),
    ).toMatchInlineSnapshot(`
      "1 declare next → 2
      2 … ? 3 : 6
      3 list_for_each_entry: next next, list, 'lru → 4
      4 x ? 2 : 5
      5 %0 = a(next) → 2
      6 return 0"
    `);
  });

  it('iterates over folios by any macro of that form', async () => {
    expect(await body('struct folio_iter fi; bio_for_each_folio_all(fi, x) a(fi.folio);'))
      .toMatchInlineSnapshot(`
      "1 declare fi → 2
      2 … ? 3 : end
      3 bio_for_each_folio_all: next fi, x → 4
      4 %0 = a(fi.folio) → 2"
    `);
  });
});

describe('assertions', () => {
  it('as a statement are what the author relies on: only the other way goes on', async () => {
    expect(await body('VM_BUG_ON_FOLIO(folio_ref_count(folio), folio); a(folio);')).toMatchInlineSnapshot(`
      "1 %0 = folio_ref_count(folio) → 2
      2 %0 ? forever : 3
      3 %1 = a(folio) → end"
    `);
  });

  it('as a condition are the condition', async () => {
    expect(await body('if (WARN_ON_ONCE(!x)) return 0; a(folio);')).toMatchInlineSnapshot(`
      "1 x ? 2 : 3
      2 %0 = a(folio) → end
      3 return 0"
    `);
  });

  it('as a value are the truth of their condition', async () => {
    expect(await body('x = WARN_ON(y); return x;')).toMatchInlineSnapshot(`
      "1 y ? 2 : 5
      2 %0 = 1 → 3
      3 x = %0 → 4
      4 return x
      5 %0 = 0 → 3"
    `);
  });
});

describe('expressions', () => {
  it('assign in a condition before they test', async () => {
    expect(await body('if ((x = a(folio)) != 0) return x; while ((y = b(folio))) ;')).toMatchInlineSnapshot(`
      "1 %0 = a(folio) → 2
      2 x = %0 → 3
      3 x != 0 ? 4 : 5
      4 return x
      5 %1 = b(folio) → 6
      6 y = %1 → 7
      7 y ? 5 : end"
    `);
  });

  it('assign from right to left', async () => {
    expect(await body('x = y = a(folio);')).toMatchInlineSnapshot(`
      "1 %0 = a(folio) → 2
      2 y = %0 → 3
      3 x = y → end"
    `);
  });

  it('count before or after the value is taken', async () => {
    expect(await body('a(folio, x++, ++y); --x; y--;')).toMatchInlineSnapshot(`
      "1 %0 = x → 2
      2 x += 1 → 3
      3 y += 1 → 4
      4 %1 = a(folio, %0, y) → 5
      5 x -= 1 → 6
      6 %2 = y → 7
      7 y -= 1 → end"
    `);
  });

  it('keep compound assignments to fields', async () => {
    expect(await body('folio->flags |= 1 << PG_lru; folio->page.flags &= ~(1UL << 3); x += 2;'))
      .toMatchInlineSnapshot(`
      "1 folio->flags |= 1 << 'PG_lru → 2
      2 folio->page.flags &= ~(1 << 3) → 3
      3 x += 2 → end"
    `);
  });

  it('name places by fields, indexes and pointers', async () => {
    expect(
      await body(
        'struct page *page = &folio->page; page[2].flags = 0; (page + x)->flags = 0; *list = list[y];',
      ),
    ).toMatchInlineSnapshot(`
      "1 page = &folio->page → 2
      2 page[2].flags = 0 → 3
      3 %0 = page + x → 4
      4 %0->flags = 0 → 5
      5 (*list) = list[y] → end"
    `);
  });

  it('undo & by * and ->', async () => {
    expect(await body('struct folio b; (&b)->flags = 0; *&x = 1; a(&*folio);')).toMatchInlineSnapshot(`
      "1 declare b → 2
      2 b.flags = 0 → 3
      3 x = 1 → 4
      4 %0 = a(&(*folio)) → end"
    `);
  });

  it('drop casts', async () => {
    expect(await body('struct page *page = (struct page *)folio; ((struct folio *)page)->flags = (int)x;'))
      .toMatchInlineSnapshot(`
      "1 page = folio → 2
      2 page->flags = x → end"
    `);
  });

  it('load and store through READ_ONCE and WRITE_ONCE', async () => {
    expect(await body('WRITE_ONCE(folio->index, READ_ONCE(x));')).toMatchInlineSnapshot(
      `"1 folio->index = x → end"`,
    );
  });

  it('load and store behind a pointer through smp_load_acquire and smp_store_release', async () => {
    expect(
      await body(
        'smp_store_release(&folio->index, smp_load_acquire(&x->next)); if (smp_load_acquire(x)) a();',
      ),
    ).toMatchInlineSnapshot(`
        "1 folio->index = x->next → 2
        2 (*x) ? 3 : end
        3 %0 = a() → end"
      `);
  });

  it('exchange two variables by swap', async () => {
    expect(await body('swap(x, y); return x;')).toMatchInlineSnapshot(`
      "1 %0 = x → 2
      2 x = y → 3
      3 y = %0 → 4
      4 return x"
    `);
  });

  it('take the value of a statement expression from its last statement', async () => {
    expect(await body('x = ({ int z = a(folio); if (!z) return 0; z + 1; }); return x;'))
      .toMatchInlineSnapshot(`
      "1 %0 = a(folio) → 2
      2 z = %0 → 3
      3 z ? 4 : 6
      4 x = z + 1 → 5
      5 return x
      6 return 0"
    `);
  });

  it('know names of locals from names of constants and functions', async () => {
    expect(await body('int local; a(folio, local, GLOBAL, NULL, true);')).toMatchInlineSnapshot(`
      "1 declare local → 2
      2 %0 = a(folio, local, 'GLOBAL, 0, 1) → end"
    `);
  });

  it('do first what stands left of a comma', async () => {
    expect(await body('a(folio), b(folio); return (c(folio), x);')).toMatchInlineSnapshot(`
      "1 %0 = a(folio) → 2
      2 %1 = b(folio) → 3
      3 %2 = c(folio) → 4
      4 return x"
    `);
  });

  it('take types where macros take them', async () => {
    expect(await body('folio = container_of(list, struct folio, lru); return 0;')).toMatchInlineSnapshot(`
      "1 %0 = container_of(list, <struct folio>, 'lru) → 2
      2 folio = %0 → 3
      3 return 0"
    `);
  });

  it('take either side of _Generic, which differ in const only', async () => {
    expect(await body('folio = _Generic((folio), const struct folio *: a(folio), struct folio *: b(folio));'))
      .toMatchInlineSnapshot(`
      "1 %0 = b(folio) → 2
      2 folio = %0 → end"
    `);
  });

  it('read numbers in any base, with suffixes', async () => {
    expect(await body('a(folio, 0x10, 010, 7UL, -1, ~0);')).toMatchInlineSnapshot(
      `"1 %0 = a(folio, 16, 8, 7, -1, -1) → end"`,
    );
  });
});

describe('declarations', () => {
  it('set the fields that designated initialisers name', async () => {
    expect(
      await body(
        'struct vm_fault vmf = { .page = &folio->page, .inner = { .flags = x }, .pgoff = a(folio) };',
      ),
    ).toMatchInlineSnapshot(`
      "1 declare vmf → 2
      2 vmf.page = &folio->page → 3
      3 vmf.inner.flags = x → 4
      4 %0 = a(folio) → 5
      5 vmf.pgoff = %0 → end"
    `);
  });

  it('declare several variables of different types', async () => {
    const facts = await lowered(
      'void f(void)\n{\n\tstruct folio *folio, *dst = NULL, **all;\n\tunsigned long flags, pages[4];\n}\n',
    );
    expect(facts.locals).toEqual({
      folio: 'struct folio *',
      dst: 'struct folio *',
      all: 'struct folio **',
      flags: 'unsigned long',
      pages: 'unsigned long []',
    });
    expect(printGraph(facts)).toMatchInlineSnapshot(`
      "1 declare folio → 2
      2 dst = 0 → 3
      3 declare all → 4
      4 declare flags → 5
      5 declare pages → end"
    `);
  });

  it('make a list by LIST_HEAD', async () => {
    const facts = await lowered(
      'void f(struct folio *folio)\n{\n\tLIST_HEAD(mine);\n\tlist_add(&folio->lru, &mine);\n}\n',
    );
    expect(facts.locals).toEqual({ mine: 'struct list_head' });
    expect(printGraph(facts)).toMatchInlineSnapshot(`
      "1 %0 = LIST_HEAD(mine) → 2
      2 %1 = list_add(&folio->lru, &mine) → end"
    `);
  });

  it('call a function pointer where it is', async () => {
    const facts = await lowered(
      'int f(struct folio *folio, int (*act)(struct folio *), struct ops *ops)\n{\n\tint (*other)(struct folio *) = act;\n\tother(folio);\n\tops->act(folio);\n\treturn (*act)(folio);\n}\n',
    );
    expect(facts.parameters.map((item) => item.name)).toEqual(['folio', 'act', 'ops']);
    expect(printGraph(facts)).toMatchInlineSnapshot(`
      "1 other = act → 2
      2 %0 = (other)(folio) → 3
      3 %1 = (ops->act)(folio) → 4
      4 %2 = ((*act))(folio) → 5
      5 return %2"
    `);
  });
});

describe('functions', () => {
  it('are known with parameters, types and lines', async () => {
    const facts = await lowered(
      '#include <linux/mm.h>\n\nstatic __always_inline\nstruct folio *f(const struct folio *folio, unsigned int n, ...)\n{\n\treturn folio;\n}\n',
    );
    expect(facts).toMatchObject({
      name: 'f',
      kind: 'function',
      isStatic: true,
      isInit: false,
      line: 4,
      endLine: 7,
      returns: 'struct folio *',
      parameters: [
        { name: 'folio', type: 'struct folio *' },
        { name: 'n', type: 'unsigned int' },
      ],
      variadic: true,
    });
    expect(facts.nodes.map((node) => node.line)).toContain(6);
  });

  it('are on the line of their name', async () => {
    const facts = await lowered('static struct folio *\nf(struct folio *folio)\n{\n\treturn folio;\n}\n');
    expect(facts.line).toBe(2);
  });

  it('are known to run at boot only', async () => {
    const { functions } = await lowerFile(
      'static int __init a(struct folio *folio)\n{\n}\nvoid __meminit b(struct folio *folio)\n{\n}\nvoid c(struct folio *folio)\n{\n}\n',
    );
    expect(functions.map(({ name, isInit }) => [name, isInit])).toEqual([
      ['a', true],
      ['b', true],
      ['c', false],
    ]);
  });

  it('that have nothing to do with folios are not lowered, unless they are short', async () => {
    const long = 'x = x + 1;\n'.repeat(100);
    const { functions } = await lowerFile(
      `int a(int x)\n{\n${long}return x;\n}\nint b(struct page *page, int x)\n{\n${long}return x;\n}\n`,
    );
    expect(functions.filter(({ nodes }) => nodes.length > 0).map(({ name }) => name)).toEqual(['b']);
  });

  it('of both branches of an #if are seen', async () => {
    const { functions } = await lowerFile(
      '#ifdef CONFIG_A\nvoid a(struct folio *folio)\n{\n\tone(folio);\n}\n#else\nvoid b(struct folio *folio)\n{\n\ttwo(folio);\n}\n#endif\n',
    );
    expect(functions.map(({ name }) => name).sort()).toEqual(['a', 'b']);
  });

  it('do what either branch of an #if in them does', async () => {
    const facts = await lowered(
      'void a(struct folio *folio)\n{\n#ifdef CONFIG_A\n\tone(folio);\n#else\n\ttwo(folio);\n#endif\n}\n',
    );
    expect(printGraph(facts)).toMatch(/one\(folio\)[^]*two\(folio\)/);
  });

  it('whose stub is empty are the ones with a body', async () => {
    const facts = await lowered(
      '#ifndef CONFIG_A\nstatic inline void a(struct folio *folio)\n{\n}\n#else\nstatic inline void a(struct folio *folio)\n{\n\tone(folio);\n}\n#endif\n',
    );
    expect(printGraph(facts)).toBe('1 %0 = one(folio) → end');
  });

  it('made by SYSCALL_DEFINE have their name and parameters', async () => {
    const facts = await lowered(
      'SYSCALL_DEFINE2(touch, unsigned long, start, size_t, len)\n{\n\tstruct folio *folio = a(start);\n\treturn b(folio, len);\n}\n',
    );
    expect(facts).toMatchObject({ kind: 'function', parameters: [{ name: 'start' }, { name: 'len' }] });
    expect(facts.name).toMatch(/touch$/);
    expect(printGraph(facts)).toMatchInlineSnapshot(`
      "1 %0 = a(start) → 2
      2 folio = %0 → 3
      3 %1 = b(folio, len) → 4
      4 return %1"
    `);
  });
});

describe('function-like macros', () => {
  it('are functions without types, whose last expression is the result', async () => {
    const facts = await lowered('#define touch(folio, n) set(folio_page(folio, n))\n');
    expect(facts).toMatchObject({
      name: 'touch',
      kind: 'macro',
      parameters: [
        { name: 'folio', type: '' },
        { name: 'n', type: '' },
      ],
      variadic: false,
    });
    expect(printGraph(facts)).toMatchInlineSnapshot(`
      "1 %0 = folio_page(folio, n) → 2
      2 %1 = set(%0) → 3
      3 return %1"
    `);
  });

  it('take any number of arguments', async () => {
    const facts = await lowered('#define folio_make(...) alloc_hooks(folio_make_noprof(__VA_ARGS__))\n');
    expect(facts).toMatchObject({ variadic: true, parameters: [{ name: '__VA_ARGS__' }] });
    expect(printGraph(facts)).toMatchInlineSnapshot(`
      "1 %0 = folio_make_noprof(__VA_ARGS__) → 2
      2 %1 = alloc_hooks(%0) → 3
      3 return %1"
    `);
  });

  it('over several lines are statements', async () => {
    const facts = await lowered(
      '#define touch(folio)\t\\\n\tdo {\t\t\\\n\t\tset(folio);\t\\\n\t\tput(folio);\t\\\n\t} while (0)\n',
    );
    expect(printGraph(facts)).toMatchInlineSnapshot(`
      "1 %0 = set(folio) → 2
      2 %1 = put(folio) → 3
      3 return"
    `);
    expect(facts.nodes.find((node) => node.action.do === 'call')?.line).toBe(3);
  });

  it('give way to a function of the same name', async () => {
    const facts = await lowered(
      '#ifdef CONFIG_A\nvoid a(struct folio *folio)\n{\n\tone(folio);\n}\n#else\n#define a(folio) two(folio)\n#endif\n',
    );
    expect(facts.kind).toBe('function');
  });
});

describe('a file', () => {
  it('has operation tables, also tables inside of tables', async () => {
    const { slots } = await lowerFile(
      [
        'const struct address_space_operations my_aops = {',
        '\t.read_folio\t= my_read_folio,',
        '\t.dirty_folio\t= filemap_dirty_folio,',
        '};',
        'static struct shrinker_info info = { .ops = { .scan = my_scan }, .seeks = 2 };',
        '',
      ].join('\n'),
    );
    expect(slots).toEqual([
      { struct: 'address_space_operations', field: 'read_folio', function: 'my_read_folio', local: false },
      {
        struct: 'address_space_operations',
        field: 'dirty_folio',
        function: 'filemap_dirty_folio',
        local: false,
      },
      { struct: 'shrinker_info.ops', field: 'scan', function: 'my_scan', local: false },
    ]);
  });

  it('has operation tables that are local to a function', async () => {
    const { slots } = await lowerFile(
      'void f(struct folio *folio)\n{\n\tstruct rmap_walk_control rwc = {\n\t\t.rmap_one = my_one,\n\t};\n\trmap_walk(folio, &rwc);\n}\n',
    );
    expect(slots).toEqual([
      { struct: 'rmap_walk_control', field: 'rmap_one', function: 'my_one', local: true },
    ]);
  });

  it('has structs with the types of their fields', async () => {
    const { structs } = await lowerFile(
      'struct vm_fault {\n\tconst struct { struct vm_area_struct *vma; gfp_t gfp_mask; };\n\tunion {\n\t\tpte_t orig_pte;\n\t\tpmd_t orig_pmd;\n\t};\n\tstruct page *cow_page, *page;\n\tstruct folio *all[4];\n\tint (*act)(struct folio *);\n};\n',
    );
    expect(structs['vm_fault']).toEqual({
      vma: 'struct vm_area_struct *',
      gfp_mask: 'gfp_t',
      orig_pte: 'pte_t',
      orig_pmd: 'pmd_t',
      cow_page: 'struct page *',
      page: 'struct page *',
      all: 'struct folio *[]',
      act: 'function *',
    });
  });

  it('has the fields of named inner structs under the outer name', async () => {
    const { structs } = await lowerFile(
      'struct outer {\n\tstruct {\n\t\tstruct folio *folio;\n\t} inner;\n\tstruct named {\n\t\tstruct page *page;\n\t} other;\n};\n',
    );
    expect(structs['outer']).toEqual({ inner: 'struct outer.inner', other: 'struct named' });
    expect(structs['named']).toEqual({ page: 'struct page *' });
  });

  it('has the fields of unnamed inner structs by the name of their field', async () => {
    const { structs } = await lowerFile(
      'struct outer {\n\tstruct {\n\t\tstruct folio *folio;\n\t} inner;\n};\n',
    );
    expect(structs['outer.inner']).toEqual({ folio: 'struct folio *' });
  });

  it('has enumerators and integer macros', async () => {
    const { constants } = await lowerFile(
      'enum a { ZERO, ONE, FIVE = 5, SIX, UNKNOWN = ONE << 3, AFTER };\n#define MASK 0x10UL\n#define CAST ((__force gfp_t)4u)\n#define TEXT "x"\n',
    );
    expect(constants).toEqual({ ZERO: 0, ONE: 1, FIVE: 5, SIX: 6, MASK: 16, CAST: 4 });
  });

  it('has typedefs of pointers to functions', async () => {
    const { callbackTypes } = await lowerFile(
      'typedef struct folio *new_folio_t(struct folio *folio, unsigned long private);\ntypedef int (*act_t)(struct folio *);\ntypedef int number_t;\n',
    );
    expect(callbackTypes).toEqual(['new_folio_t', 'act_t']);
  });

  it('gives the same facts when only white space and comments differ', async () => {
    const one = await lowered('void f(struct folio *folio)\n{\n\tif (a(folio))\n\t\tb(folio);\n}\n');
    const two = await lowered('void f(struct folio *folio) { if ( a( folio ) /* why */ ) { b(folio); } }\n');
    expect(printGraph(two)).toBe(printGraph(one));
  });
});
