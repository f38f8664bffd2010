import { execFileSync, spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { loadGrammar } from '../../src/c/grammar.js';
import { seenFunctions } from '../../src/c/health.js';
import { lex, type Token } from '../../src/c/normalise/lex.js';

// The peer is universal-ctags: what it finds and we do not see counts against us.
const folders = ['mm', 'fs', 'include/linux'];

interface Tag {
  readonly name: string;
  readonly line: number;
}

for (const version of ['6.12', '6.1']) {
  const root = join(process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'linux-tree', version);
  const missing = whatIsMissing(root);
  test.skipIf(missing !== null && process.env['CI'] !== 'true')(
    `less than 0.5% of the functions of Linux ${version} have a syntax error${missing ? ` (skipped: ${missing})` : ''}`,
    { timeout: 300_000 },
    async () => {
      expect(missing).toBeNull();
      const parser = await loadGrammar();
      const files = listFiles(root);
      const peers = ctags(root, files);
      const failed: string[] = [];
      const noFunction: string[] = [];
      let total = 0;
      for (const path of files) {
        const tags = peers.get(path) ?? [];
        if (tags.length === 0) continue;
        const text = readFileSync(join(root, path), 'utf8');
        const read = new Map<string, boolean>();
        for (const { name, macro, error } of seenFunctions(parser, text)) {
          // ctags knows SYSCALL_DEFINE1(name) by its macro.
          for (const key of [name, macro ?? name]) read.set(key, read.get(key) === true || !error);
        }
        const misread = macroCalls(
          text,
          tags.filter(({ name }) => !read.has(name)),
        );
        for (const tag of tags) {
          if (misread.has(tag)) noFunction.push(`${path}:${tag.line} ${tag.name}`);
          else {
            total++;
            if (!read.get(tag.name))
              failed.push(`${path}:${tag.line} ${tag.name}${read.has(tag.name) ? '' : ' (unseen)'}`);
          }
        }
      }
      console.log(
        `Linux ${version}: ${failed.length} of ${total} functions not read (${((100 * failed.length) / total).toFixed(3)}%)`,
        failed,
        `${noFunction.length} tags that are macro calls, not counted:`,
        noFunction.map((line) => line.split(' ')[1]).join(' '),
      );
      expect(total).toBeGreaterThan(50_000);
      // Even with them counted as errors.
      expect((failed.length + noFunction.length) / (total + noFunction.length)).toBeLessThan(0.005);
      expect(failed.length / total).toBeLessThan(0.005);
    },
  );
}

function whatIsMissing(root: string): string | null {
  if (spawnSync('ctags', ['--version'], { encoding: 'utf8' }).stdout?.includes('Universal') !== true) {
    return 'universal-ctags is not installed';
  }
  try {
    execFileSync('test', ['-e', join(root, '.git/prepared')]);
    return null;
  } catch {
    return `no tree at ${root}: run ../shared/linux-tree`;
  }
}

function listFiles(root: string): string[] {
  const all = folders.flatMap((folder) =>
    (readdirSync(join(root, folder), { recursive: true }) as string[]).map((path) => join(folder, path)),
  );
  return all.filter((path) => /\.[ch]$/.test(path)).sort();
}

function ctags(root: string, files: readonly string[]): Map<string, Tag[]> {
  const args = '--languages=C --langmap=C:+.h --c-kinds=f --fields=+n --sort=no -L - -f -'.split(' ');
  const { stdout } = spawnSync('ctags', args, {
    cwd: root,
    input: files.join('\n'),
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  });
  const tags = new Map<string, Tag[]>();
  for (const line of stdout.split('\n')) {
    const [name, path] = line.split('\t');
    const number = /\tline:(\d+)/.exec(line)?.[1];
    if (!name || !path || !number || name.startsWith('!')) continue;
    const tag = { name, line: Number(number) };
    const known = tags.get(path);
    if (known) known.push(tag);
    else tags.set(path, [tag]);
  }
  return tags;
}

/**
 * Tags that are no function definitions by the language's own rule: a
 * definition has parameters after its name, and either a type in front or its
 * `{` behind. `BUFFER_FNS(Dirty, dirty)` and `subsys_initcall(x)` have neither:
 * ctags takes them for the head of the function that follows.
 */
function macroCalls(text: string, tags: readonly Tag[]): Set<Tag> {
  const found = new Set<Tag>();
  if (tags.length === 0) return found;
  const tokens = lex(text).tokens.filter(({ kind }) => kind !== 'directive');
  const lines = lineStarts(text);
  for (const tag of tags) {
    const from = lines[tag.line - 1]!;
    const at = tokens.findIndex(({ start, text: word }) => start >= from && word === tag.name);
    if (at < 0) continue;
    const before = tokens[at - 1]?.text ?? ';';
    if (tokens[at + 1]?.text !== '(' || (/^[;})]$/.test(before) && !bodyFollows(tokens, at + 1)))
      found.add(tag);
  }
  return found;
}

function bodyFollows(tokens: readonly Token[], open: number): boolean {
  let depth = 0;
  for (let i = open; i < tokens.length; i++) {
    if (tokens[i]!.text === '(') depth++;
    if (tokens[i]!.text === ')' && --depth === 0) return tokens[i + 1]?.text === '{';
  }
  return false;
}

function lineStarts(text: string): number[] {
  const starts = [0];
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  return starts;
}
