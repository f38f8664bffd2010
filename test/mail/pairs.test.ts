import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { RectoError } from '../../src/errors.js';
import { readSeries } from '../../src/mail/read.js';
import { renderSeries } from './render.js';

/**
 * Each pair is an input as it comes, and exactly what is read from it. A mail that ever breaks us becomes a
 * pair. All of them are invented.
 */
const folder = new URL('pairs/', import.meta.url);

describe('pairs', () => {
  const inputs = readdirSync(folder).filter((name) => name.endsWith('.in'));
  it.each(inputs)('%s', async (name) => {
    const bytes = readFileSync(new URL(name, folder));
    let text: string;
    try {
      text = renderSeries(await readSeries([{ name: name.replace('.in', ''), bytes }]));
    } catch (error) {
      if (!(error instanceof RectoError)) throw error;
      text = `${error.code}: ${error.message}\n`;
    }
    await expect(text).toMatchFileSnapshot(new URL(name.replace('.in', '.out'), folder).pathname);
  });
});
