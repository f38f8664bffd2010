import { sourceOf, type PoolSource } from '../analysis/serial.js';
import type { SnapshotFile } from './format.js';

/** Rows in one text: few reviews ask for more than some of a hundred thousand, so they are taken apart when asked for. */
const BLOCK = 64;

/** Puts the rows of a pool into texts, with semicolons between. */
export function blocksOf(rows: readonly string[]): readonly string[] {
  const blocks: string[] = [];
  for (let at = 0; at < rows.length; at += BLOCK) blocks.push(rows.slice(at, at + BLOCK).join(';'));
  return blocks;
}

/** The pool of a file as what a reader wants. What is damaged has no rows. */
export function poolOf({ blocks, strings, shapes }: SnapshotFile['pool']): PoolSource {
  const known: (readonly string[])[] = [];
  const block = (number: number): readonly string[] => {
    const text: unknown = blocks[number];
    return (known[number] ??= typeof text === 'string' ? text.split(';') : []);
  };
  const last = blocks.length - 1;
  return {
    ...sourceOf({ rows: [], strings, shapes }),
    size: last < 0 ? 0 : last * BLOCK + block(last).length,
    row: (at) => block(Math.floor(at / BLOCK))[at % BLOCK],
  };
}
