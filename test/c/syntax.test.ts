import type { Node } from 'web-tree-sitter';
import { expect, it } from 'vitest';
import { loadGrammar } from '../../src/c/grammar.js';
import { loadSyntax, type SyntaxNode } from '../../src/c/syntax.js';

/** All that a copied tree tells, in one text. */
function told(node: SyntaxNode, depth = 0): string {
  const self = `${' '.repeat(depth)}${node.field}:${node.type} ${String(node.line)}-${String(node.endLine)} ${node.text}`;
  const children = node.namedChildren.map((child) => told(child, depth + 1));
  return [self, ...(node.hasError ? ['error'] : []), ...children].join('\n');
}

/** The same from the parser's own nodes, without what is not copied. */
function toldByParser(node: Node, field: string, depth = 0): string {
  const lines = `${String(node.startPosition.row + 1)}-${String(node.endPosition.row + 1)}`;
  const self = `${' '.repeat(depth)}${field}:${node.type} ${lines} ${node.text}`;
  const children = node.namedChildren.flatMap((child, at) =>
    LEFT_OUT.has(child!.type) ? [] : toldByParser(child!, node.fieldNameForNamedChild(at) ?? '', depth + 1),
  );
  return [self, ...(node.hasError && node.type !== 'ERROR' ? ['error'] : []), ...children].join('\n');
}

const LEFT_OUT = new Set(['comment', 'string_content', 'escape_sequence']);

const sources = {
  'code of all kinds': `
static int add(struct folio *folio, int n)
{
	struct page *p = &folio->page, **q;
	for (int i = 0; i < n; i++)
		if (!test(p + i) || p->flags & 1U << PG_locked)
			continue;
		else
			goto out;
	switch (n) { case 1 ... 2: n--; break; default: *q = (struct page *)p; }
	do { n += sizeof(*p) > 1 ? a[n]++ : -n; } while (n);
out:
	return ({ int x = n; x; });
}
#define each(p, ...) for (; p; p = next(p, __VA_ARGS__))
#define LIMIT 0x10
typedef int (*callback)(struct folio *, void *);
static const struct ops ops = { .map = add, .nested = { .x = 1 } };
enum { A, B = 3 };
`,
  'code in which nothing is where it is after condensing': `
/* one
 * two */
#define LONG(a, b) do {			\\
	first(a);				\\
} while (0)
#define NAME	"string with \\"quotes\\" // and this"
#undef  NAME

static	struct   thing  *a_rather_long_name(struct thing *other,  // why
				unsigned long flags)
{
	pr_info("%s: " NAME "\\n",  __func__);

	return other ? /* none */ other->next[0x1f] : L"x" "y";   


}
enum  kinds  { FIRST_KIND  = 1,   SECOND_KIND };
`,
  'letters of several bytes': 'int ä = 1; /* 🦊 */ char *s = "ü🦊"; int b(void) { return 2; }\n',
  nothing: '',
};

it.each(Object.entries(sources))('a copied tree is the tree: %s', async (_, source) => {
  const tree = (await loadGrammar()).parse(source)!;
  const copied = (await loadSyntax())(source);
  // The parser has its root begin where the first token does.
  const children = copied.namedChildren.map((child) => told(child));
  const expected = tree.rootNode.namedChildren.filter((child) => !LEFT_OUT.has(child!.type));
  expect(children).toEqual(expected.map((child) => toldByParser(child!, '')));
  tree.delete();
});

it('knows where a syntax error is', async () => {
  const parse = await loadSyntax();
  const [good, bad] = parse('int a(void) { return 1; }\nint b(void) { return ) 1; }\n').namedChildren;
  expect([good?.hasError, bad?.hasError]).toEqual([false, true]);
  const missing = parse('int a(void) { return 1 }\n').namedChildren[0];
  expect(missing?.childForFieldName('body')?.hasError).toBe(true);
});

it('keeps operators under their field', async () => {
  const root = (await loadSyntax())('int f(void) { return a->b && --c != *d; }');
  const operators = [...root.descendants()].map((node) => node.childForFieldName('operator')?.text);
  expect(operators.filter((text) => text !== undefined)).toEqual(['&&', '->', '!=', '--', '*']);
});

it('copies trees that are deep', async () => {
  const deep = `int f(void) { return ${'('.repeat(5000)}1${')'.repeat(5000)}; }`;
  let found = 0;
  for (const { type } of (await loadSyntax())(deep).descendants())
    if (type === 'parenthesized_expression') found++;
  expect(found).toBe(5000);
});
