import { describe, expect, it } from 'vitest';
import { placeText, expressionText } from '../../src/analysis/text.js';
import type { FunctionFacts } from '../../src/c/facts.js';
import { readFragment } from '../../src/snapshot/fragment.js';
import type { Line } from '../../src/snapshot/text.js';

const facts: FunctionFacts = {
  name: 'mark',
  kind: 'function',
  isStatic: false,
  isInit: false,
  line: 1,
  endLine: 40,
  returns: 'void',
  parameters: [{ name: 'folio', type: 'struct folio *' }],
  variadic: false,
  locals: { page: 'struct page *' },
  nodes: [],
};

/** Lines from line 10 on; those that begin with `+` are the patch's. The line in front of them is not known. */
async function read(text: string) {
  let at = 9;
  const unknown: Line = { mark: 'xx', at, text: null, number: at, since: 0 };
  const lines = text.split('\n').map((line): Line => {
    const added = line.startsWith('+');
    if (!added) at++;
    return { mark: 'xx', at: added ? null : at, text: line.replace(/^\+/, ''), number: at, since: 0 };
  });
  const all = [unknown, ...lines, { ...unknown, at: at + 1 }];
  const fragment = await readFragment(all, {
    facts,
    hasFrame: () => true,
    hasLabel: () => false,
    isFunction: () => false,
  });
  const { nodes } = fragment!.facts;
  const calls = nodes.flatMap(({ action, line }) =>
    action.do === 'call' && typeof action.callee === 'string' ? [`${line} ${action.callee}`] : [],
  );
  return { calls, resumes: [...fragment!.resumes.values()], nodes };
}

describe('lines of a function, read as C', () => {
  it('go on where the release does', async () => {
    const { calls, resumes } = await read('\tfolio_get(folio);\n+\tfolio_lock(folio);\n\tfolio_put(folio);');
    expect(calls).toEqual(['10 folio_get', '10 folio_lock', '11 folio_put']);
    expect(resumes).toEqual([10]);
  });

  it('may end in a comment that they do not show the end of', async () => {
    const { calls } = await read('\tfolio_get(folio);\n+\tfolio_lock(folio);\n\t/*\n\t * Careful: this');
    expect(calls).toEqual(['10 folio_get', '10 folio_lock']);
  });

  it('have a label of the patch, to which nothing leads that they do not show', async () => {
    const { calls, resumes } = await read(
      '\tif (folio_test_lru(folio))\n+\t\tgoto unlock;\n\tfolio_put(folio);\n+\treturn;\n+unlock:\n+\tfolio_unlock(folio);\n\tfolio_get(folio);',
    );
    expect(calls).toEqual(['10 folio_test_lru', '11 folio_put', '11 folio_unlock', '12 folio_get']);
    expect(resumes).toEqual([10]);
  });

  it('have a label of the release, to which code leads that they do not show', async () => {
    const { resumes } = await read('\tfolio_put(folio);\n\treturn;\nunlock:\n\tfolio_unlock(folio);');
    expect(resumes).toEqual([10, 12, 13]);
  });

  it('are entered anew behind a block that began before them', async () => {
    const { calls, resumes } = await read('\t\tfolio_get(folio);\n\t}\n\tfolio_put(folio);');
    expect(calls).toEqual(['10 folio_get', '12 folio_put']);
    expect(resumes).toEqual([10, 12]);
  });

  it('have an else without its if', async () => {
    const { calls, resumes } = await read(
      '\t\tfolio_get(folio);\n\t} else if (folio_test_lru(folio)) {\n\t\tfolio_lock(folio);\n\t}\n\tfolio_put(folio);',
    );
    expect(calls).toEqual(['10 folio_get', '11 folio_test_lru', '12 folio_lock', '14 folio_put']);
    expect(resumes).toEqual([10, 11]);
  });

  it('leave out the rest of a statement and of a comment', async () => {
    const { calls } = await read('\t * of a comment\n\t */\n\tfolio_get(folio);\n\tif (folio_lock(folio) &&');
    expect(calls).toEqual(['12 folio_get']);
    const piece = await read('\t\t    folio_get(folio))) {\n\t\tfolio_put(folio);\n\t}');
    expect(piece.calls).toEqual(['11 folio_put']);
  });

  it('go on behind a jump that only a branch takes', async () => {
    const { calls, resumes } = await read('\t\treturn;\n\tfolio_put(folio);');
    expect(calls).toEqual(['11 folio_put']);
    expect(resumes).toEqual([10, 11]);
  });

  it('have cases without their switch, and loops without their end', async () => {
    const { calls } = await read(
      '\tcase 1:\n\t\tfolio_get(folio);\n\t\tbreak;\n\tdefault:\n\t\tdo {\n\t\t\tfolio_put(folio);',
    );
    expect(calls).toEqual(['11 folio_get', '15 folio_put']);
  });

  it('know parameters and variables, and what is neither', async () => {
    const { nodes } = await read('\tif (order == MAX_ORDER)\n\t\tpage = &folio->page;');
    const test = nodes.find(({ action }) => action.do === 'test')!.action;
    expect(test.do === 'test' && expressionText(test.condition)).toBe('order == MAX_ORDER');
    expect(test.do === 'test' && test.condition).toMatchObject({
      left: { kind: 'read' },
      right: { kind: 'name' },
    });
    const assign = nodes.find(({ action }) => action.do === 'assign')!.action;
    expect(assign.do === 'assign' && placeText(assign.to)).toBe('page');
  });
});
