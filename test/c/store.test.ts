import { fork } from 'node:child_process';
import { mkdirSync, readFileSync, readdirSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { describe, expect, it, vi } from 'vitest';
import type { FileFacts } from '../../src/c/facts.js';
import { openStore } from '../../src/c/store.js';
import * as cache from '../../src/tree/cache.js';
import { temporaryFolder, writeFiles } from '../tree/repository.js';

const id = (n: number) => n.toString(16).padStart(40, '0');
const facts = (n: number): FileFacts => ({
  functions: [],
  structs: { [`struct_${String(n)}`]: { line: 'int' } },
  slots: [],
  constants: { [`CONSTANT_${String(n)}`]: n },
  callbackTypes: [],
});
const packs = (folder: string) =>
  readdirSync(join(folder, '1'))
    .filter((name) => name.endsWith('.pack'))
    .map((name) => join(folder, '1', name));

const WRITER = 'c/store c/pack c/fact-bytes c/bytes/codes c/bytes/reader c/bytes/writer tree/cache'.split(
  ' ',
);

/** A program that stores 50 facts from its second argument on, each in a pack of its own. */
function compiledWriter(): string {
  const folder = temporaryFolder();
  const source = join(import.meta.dirname, '../../src');
  writeFiles(folder, { 'package.json': '{ "type": "module" }' });
  for (const name of WRITER) {
    const options = { compilerOptions: { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2023 } };
    const { outputText } = ts.transpileModule(readFileSync(join(source, `${name}.ts`), 'utf8'), options);
    writeFiles(folder, { [`${name}.js`]: outputText });
  }
  writeFiles(folder, {
    'writer.js': `
      import { openStore } from './c/store.js';
      const from = Number(process.argv[3]);
      const facts = (n) => ({
        functions: [],
        structs: { ['struct_' + n]: { line: 'int' } },
        slots: [],
        constants: { ['CONSTANT_' + n]: n },
        callbackTypes: [],
      });
      for (let n = from; n < from + 50; n++) {
        const store = openStore(process.argv[2], '1');
        store.put(n.toString(16).padStart(40, '0'), facts(n));
        store.close();
        if (store.trouble !== null) throw new Error(store.trouble);
      }`,
  });
  return join(folder, 'writer.js');
}

describe('the store of facts', () => {
  it('gives back what was put, also to the next run', () => {
    const folder = temporaryFolder();
    const first = openStore(folder, '1');
    expect(first.get(id(1))).toBeNull();
    first.put(id(1), facts(1));
    first.putIrrelevant(id(2));
    expect(first.get(id(1))).toEqual({ kind: 'facts', facts: facts(1) });
    expect(first.get(id(2))).toEqual({ kind: 'irrelevant' });
    first.close();
    const second = openStore(folder, '1');
    expect(second.get(id(1))).toEqual({ kind: 'facts', facts: facts(1) });
    expect(second.get(id(2))).toEqual({ kind: 'irrelevant' });
    expect(second.get(id(3))).toBeNull();
    second.put(id(1), facts(7));
    expect(second.get(id(1))).toEqual({ kind: 'facts', facts: facts(7) });
    second.close();
    const third = openStore(folder, '1');
    expect(third.get(id(1))).toEqual({ kind: 'facts', facts: facts(7) });
    expect(third.trouble).toBeNull();
    third.close();
  });

  it('does not see what another schema stored', () => {
    const folder = temporaryFolder();
    const old = openStore(folder, '0');
    old.put(id(1), facts(1));
    old.close();
    const store = openStore(folder, '1');
    expect(store.get(id(1))).toBeNull();
    store.close();
    // Not even when the file is in its place.
    mkdirSync(join(folder, '1'));
    for (const name of readdirSync(join(folder, '0'))) {
      writeFileSync(join(folder, '1', name), readFileSync(join(folder, '0', name)));
    }
    const again = openStore(folder, '1');
    expect(again.get(id(1))).toBeNull();
    again.close();
  });

  it('never trusts damage: every byte of a pack, changed or cut off', () => {
    const folder = temporaryFolder();
    const store = openStore(folder, '1');
    store.put(id(1), facts(1));
    store.putIrrelevant(id(2));
    store.close();
    const [pack] = packs(folder);
    const whole = readFileSync(pack!);
    const known = [JSON.stringify(null), JSON.stringify({ kind: 'facts', facts: facts(1) })];
    for (let at = 0; at < whole.length; at++) {
      for (const damaged of [whole.subarray(0, at), Buffer.from(whole)]) {
        if (damaged.length === whole.length) damaged[at]! ^= 0x41;
        writeFileSync(pack!, damaged);
        const opened = openStore(folder, '1');
        expect(known).toContain(JSON.stringify(opened.get(id(1))));
        expect([null, 'irrelevant']).toContain(opened.get(id(2))?.kind ?? null);
        expect(opened.get(id(3))).toBeNull();
        opened.close();
      }
    }
  });

  it('replaces what was damaged', () => {
    const folder = temporaryFolder();
    const store = openStore(folder, '1');
    store.put(id(1), facts(1));
    store.close();
    const [pack] = packs(folder);
    const whole = readFileSync(pack!);
    whole[whole.length - 3]! ^= 0xff;
    writeFileSync(pack!, whole);
    const opened = openStore(folder, '1');
    expect(opened.get(id(1))).toBeNull();
    opened.put(id(1), facts(1));
    opened.close();
    const again = openStore(folder, '1');
    expect(again.get(id(1))).toEqual({ kind: 'facts', facts: facts(1) });
    again.close();
  });

  it('merges small packs, and others keep reading those they have open', () => {
    const folder = temporaryFolder();
    let reader: ReturnType<typeof openStore> | null = null;
    for (let n = 0; n < 30; n++) {
      const store = openStore(folder, '1');
      store.put(id(n), facts(n));
      store.putIrrelevant(id(1000 + n));
      store.close();
      if (n === 5) reader = openStore(folder, '1');
    }
    expect(packs(folder).length).toBeLessThanOrEqual(9);
    for (let n = 0; n <= 5; n++) expect(reader!.get(id(n))).toEqual({ kind: 'facts', facts: facts(n) });
    reader!.close();
    const store = openStore(folder, '1');
    for (let n = 0; n < 30; n++) {
      expect(store.get(id(n))).toEqual({ kind: 'facts', facts: facts(n) });
      expect(store.get(id(1000 + n))).toEqual({ kind: 'irrelevant' });
    }
    store.close();
  });

  it('is shared by processes that write and merge at once', async () => {
    const folder = temporaryFolder();
    const program = compiledWriter();
    const run = (from: number) =>
      new Promise<number | null>((resolve, reject) => {
        const child = fork(program, [folder, String(from)]);
        child.on('error', reject);
        child.on('exit', resolve);
      });
    expect(await Promise.all([run(0), run(100), run(50)])).toEqual([0, 0, 0]);
    const store = openStore(folder, '1');
    for (let n = 0; n < 150; n++) expect(store.get(id(n))).toEqual({ kind: 'facts', facts: facts(n) });
    store.close();
  });

  it('works without a place to write, and says why once', () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'file'), '');
    const store = openStore(join(folder, 'file'), '1');
    store.put(id(1), facts(1));
    expect(store.get(id(1))).toEqual({ kind: 'facts', facts: facts(1) });
    store.flush();
    expect(store.trouble).toBe('not a directory');
    store.put(id(2), facts(2));
    store.close();

    const full = vi.spyOn(cache, 'writeWhole').mockImplementation(() => {
      throw new Error('ENOSPC: no space left on device, write');
    });
    const second = openStore(folder, '1');
    second.put(id(1), facts(1));
    second.close();
    expect(second.trouble).toBe('no space left on device');
    full.mockRestore();
  });

  it('removes what other schemas and interrupted writers left long ago, and nothing else', () => {
    const folder = temporaryFolder();
    for (const schema of ['0', '2']) {
      const store = openStore(folder, schema);
      store.put(id(1), facts(1));
      store.close();
    }
    const age = (path: string) => {
      utimesSync(path, new Date(0), new Date(0));
    };
    for (const name of readdirSync(join(folder, '0'))) age(join(folder, '0', name));
    mkdirSync(join(folder, '3'));
    writeFileSync(join(folder, '3', 'notes.txt'), 'mine');
    age(join(folder, '3', 'notes.txt'));
    mkdirSync(join(folder, '1'));
    writeFileSync(join(folder, '1', '.old.pack.1.abcd'), 'left over');
    age(join(folder, '1', '.old.pack.1.abcd'));
    const store = openStore(folder, '1');
    store.put(id(1), facts(1));
    store.close();
    expect(readdirSync(folder).sort()).toEqual(['1', '2', '3']);
    expect(readdirSync(join(folder, '1'))).toHaveLength(1);
    expect(readdirSync(join(folder, '3'))).toEqual(['notes.txt']);
  });

  it('keeps few schemas, the newest', () => {
    const folder = temporaryFolder();
    for (let n = 0; n < 9; n++) {
      const store = openStore(folder, `facts-${String(n)}`);
      store.put(id(1), facts(1));
      store.close();
      const time = new Date(Date.now() - (100 - n) * 1000);
      const under = join(folder, `facts-${String(n)}`);
      for (const name of readdirSync(under)) utimesSync(join(under, name), time, time);
    }
    expect(readdirSync(folder).sort()).toEqual(['facts-4', 'facts-5', 'facts-6', 'facts-7', 'facts-8']);
  });
});
