import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { lowerFile } from '../../src/c/lower/file.js';
import { withoutBodies } from '../../src/c/lower/part.js';
import { kernelTree } from '../folio/kernel-tree.js';

const linux = kernelTree('6.12');
const skipped = linux.missing ? ` (${linux.missing})` : '';

describe.skipIf(linux.missing !== null)(`a file without bodies that are known${skipped}`, () => {
  const files = [
    'include/linux/mm.h',
    'include/linux/pagemap.h',
    ...readdirSync(linux.missing ? '.' : join(linux.path, 'mm'))
      .filter((name) => /^[h-s].*\.c$/.test(name))
      .slice(0, 24)
      .map((name) => `mm/${name}`),
  ];

  it.each(files)('says of all else what the whole one does: %s', async (file) => {
    const text = readFileSync(join(linux.path, file), 'utf8');
    const whole = await lowerFile(text);
    const functions = whole.functions.filter(({ kind }) => kind === 'function');
    // Every third function stands for one that changes.
    const { text: rest, left } = withoutBodies(
      text,
      functions.filter((_, index) => index % 3 !== 0),
    );
    const part = await lowerFile(rest);
    const known = new Set<string>(left.map(({ name }) => name));
    if (file.endsWith('.c') && functions.length > 30) expect(known.size).toBeGreaterThan(5);
    expect({ ...part, functions: part.functions.filter(({ name }) => !known.has(name)) }).toEqual({
      ...whole,
      functions: whole.functions.filter(({ name }) => !known.has(name)),
    });
  });
});
