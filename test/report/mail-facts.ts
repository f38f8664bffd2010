import { lowerFile } from '../../src/c/lower/file.js';
import type { FunctionFacts } from '../../src/c/facts.js';
import { PAGE_FLAGS_HEADER, readFlagModel } from '../../src/folio/header.js';
import type { FileDiff } from '../../src/patch/patch.js';
import type { Tree } from '../../src/tree/tree.js';

/**
 * What a mail says that is not so in a tree: a place that is not there, a line that is not in the function that is
 * named with it or does not call what it is said to call, a function that the tree does not have, a quoted line that
 * is not in the patch.
 *
 * @param files the diff that the mail answers
 * @param trees the tree with the patch applied; and the one before, where lines may be numbered as there
 */
export async function untruths(
  mail: string,
  files: readonly FileDiff[],
  ...trees: readonly [Tree, ...Tree[]]
): Promise<string[]> {
  const wrong: string[] = [];
  for (const [, quoted] of mail.matchAll(/^> (.*)$/gm)) {
    if (!patchLines(files).has(quoted!)) wrong.push(`"${quoted!}" is not in the patch`);
  }
  const own = mail.replace(/^>.*$/gm, '');
  for (const claim of claimsOf(own)) {
    const reasons = await Promise.all(trees.map((tree) => reasonsAgainst(claim, tree)));
    if (reasons.every((some) => some.length > 0)) wrong.push(...reasons[0]!);
  }
  const defined = await namesIn(trees[0]);
  for (const [, name] of own.matchAll(/(\w+)\(\)/g)) {
    if (!defined.has(name!)) wrong.push(`${name!}() is not in the tree`);
  }
  return wrong;
}

async function reasonsAgainst(claim: Claim, tree: Tree): Promise<string[]> {
  const place = `${claim.file}:${String(claim.line)}`;
  const text = await tree.read(claim.file);
  const line = text?.split('\n')[claim.line - 1];
  if (text === null || line === undefined) return [`${place} is not there`];
  const reasons: string[] = [];
  const holder = await functionAt(text, claim.line);
  if (holder === null || !claim.in.includes(holder.name)) {
    reasons.push(`${place} is in ${holder?.name ?? 'no function'}, not in ${claim.in.join(' or ')}`);
  }
  if (claim.calls !== null && !line.includes(`${claim.calls}(`)) {
    reasons.push(`${place} does not call ${claim.calls}(): ${line.trim()}`);
  }
  return reasons;
}

/** A line of the tree, the functions that it may be in, and what is called there. */
interface Claim {
  readonly file: string;
  readonly line: number;
  readonly in: readonly string[];
  readonly calls: string | null;
}

const PLACE = /((?:[\w.-]+\/)+[\w.-]+\.[ch]):(\d+)/;

/** Rows of evidence, and places in sentences: "lru_activate(), mm/swap.c:338". */
function claimsOf(mail: string): Claim[] {
  const claims: Claim[] = [];
  const flowing = mail.replace(/\n(?=\S)/g, ' ');
  for (const [, name, file, line] of flowing.matchAll(
    new RegExp(`(\\w+)\\(\\),? \\(?${PLACE.source}`, 'g'),
  )) {
    claims.push({ file: file!, line: Number(line), in: [name!], calls: null });
  }
  let holders: string[] = [];
  for (const text of mail.split('\n')) {
    const passing = /^(\w+)\(\) (?:passes|does)/.exec(text) ?? /^In (\w+)\(\)/.exec(text);
    if (passing) holders = [passing[1]!];
    const row = new RegExp(
      `^(?:or|then)? *${PLACE.source} {2}(?:(\\w+)\\(\\): )?(?:calls )?(\\w+)\\(\\)`,
    ).exec(text);
    if (!row) continue;
    const [, file, line, named, called] = row;
    claims.push({
      file: file!,
      line: Number(line),
      in: named === undefined ? holders : [named],
      calls: called!,
    });
    // What is called is where the next row may be.
    if (text.includes('  calls ')) holders = [...holders, called!];
  }
  return claims;
}

function patchLines(files: readonly FileDiff[]): ReadonlySet<string> {
  return new Set(
    files.flatMap((file) => [
      `+++ b/${file.newPath ?? ''}`,
      ...file.hunks.flatMap((hunk) => [
        ...hunk.lines,
        `@@ -${String(hunk.oldStart)},${String(hunk.oldLines)} +${String(hunk.newStart)},${String(hunk.newLines)} @@ ${hunk.section}`,
      ]),
    ]),
  );
}

const lowered = new Map<string, readonly FunctionFacts[]>();

async function functionAt(text: string, line: number): Promise<FunctionFacts | null> {
  const functions = lowered.get(text) ?? (await lowerFile(text)).functions;
  lowered.set(text, functions);
  return (
    functions.find((item) => item.kind === 'function' && item.line <= line && line <= item.endLine) ?? null
  );
}

/** Names of functions and macros that some file defines, and the accessors that page-flags.h makes. */
async function namesIn(tree: Tree): Promise<ReadonlySet<string>> {
  const header = await tree.read(PAGE_FLAGS_HEADER);
  const names = new Set(readFlagModel(() => header).accessors.keys());
  for await (const { text } of tree.readMany(await tree.files())) {
    for (const line of text.split('\n')) {
      // A definition, or a declaration, begins in the first column.
      const open = /^\w/.test(line) ? line.indexOf('(') : -1;
      const name = open < 0 ? null : /\w+$/.exec(line.slice(Math.max(0, open - 80), open));
      if (name) names.add(name[0]);
    }
    for (const [, name] of text.matchAll(/^#\s*define\s+(\w+)\(/gm)) names.add(name!);
  }
  return names;
}
