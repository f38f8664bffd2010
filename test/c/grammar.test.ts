import { expect, test } from 'vitest';
import { loadGrammar } from '../../src/c/grammar.js';

test('the grammar loads once and parses C', async () => {
  const parser = await loadGrammar();
  expect(await loadGrammar()).toBe(parser);
  const tree = parser.parse('int f(void) { return 0; }\n')!;
  expect(tree.rootNode.child(0)!.type).toBe('function_definition');
  tree.delete();
});
