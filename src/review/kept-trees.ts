import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { DamagedFile, sectionsIn } from '../analysis/kept/blocks.js';
import { KeptTree } from '../analysis/kept/kept-tree.js';
import { Shelf } from '../analysis/kept/shelf.js';
import { keptBytes } from '../analysis/kept/write.js';
import { fingerprint } from '../c/open-store.js';
import type { FactStore } from '../c/store.js';
import { concernedFiles } from '../c/tree-facts.js';
import type { RuleData } from '../folio/contract.js';
import type { Tree } from '../tree/tree.js';
import { kernelVersion } from './kernel-version.js';
import type { AnalysisProgress } from './side.js';
import { analyseToKeep, emptyTree, nearestTree } from './tree-to-keep.js';

interface OpenTree {
  readonly key: string;
  readonly tree: KeptTree;
  /** Takes it off the disk. */
  readonly drop: () => void;
}

/** Trees that this process has open, the one used last at the end. */
const open: OpenTree[] = [];
const OPEN = 3;

/** What computes a kept tree. */
const CODE = ['c', 'folio', 'analysis'].map((name) => join(import.meta.dirname, '..', name));
let codeFingerprint: string | null = null;

/** Lets go of the trees that this process has open: the next review reads what is on disk. */
export function forgetKeptTrees(): void {
  open.length = 0;
}

/**
 * Does what needs kept trees. Should one of them turn out to be damaged while it is read, all are made anew, and it is
 * done again.
 */
export async function onKeptTrees<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof DamagedFile)) throw error;
    for (const { drop } of open.splice(0)) drop();
    return work();
  }
}

/**
 * The analysis of a tree that nothing lies on: the one that was kept, or one made now, and kept for the next time.
 *
 * @throws RectoError 'not-a-kernel-tree' when its page-flags.h makes no sense
 */
export async function keptTree(
  tree: Tree,
  rules: RuleData,
  store: FactStore,
  progress: AnalysisProgress,
): Promise<KeptTree> {
  const key = await keyOf(tree, rules);
  const shelf = shelfIn(store);
  const at = open.findIndex((item) => item.key === key);
  const [known] = at < 0 ? [] : open.splice(at, 1);
  let kept = known?.tree ?? shelf?.open(key) ?? null;
  if (!kept) {
    const name = rulesFingerprint(rules);
    const near = shelf && (await nearestTree(tree, name, shelf));
    const analysed = await analyseToKeep(tree, near ?? emptyTree(), rules, name, store, progress);
    const bytes = keptBytes(analysed, schemaOf());
    // What cannot be kept is made again next time.
    const failure = shelf?.save(key, bytes) ?? null;
    if (failure !== null) store.giveUp(failure);
    kept = new KeptTree(sectionsIn(bytes, schemaOf()));
  }
  open.push({ key, tree: kept, drop: () => shelf?.drop(key) });
  if (open.length > OPEN) open.shift();
  return kept;
}

/** Is the analysis of a tree there already? One that is may still turn out to be damaged. */
export async function isKept(tree: Tree, rules: RuleData, store: FactStore): Promise<boolean> {
  const key = await keyOf(tree, rules);
  return open.some((item) => item.key === key) || shelfIn(store)?.has(key) === true;
}

function shelfIn({ directory }: FactStore): Shelf | null {
  return directory === null ? null : new Shelf(join(directory, 'analyses'), schemaOf());
}

function schemaOf(): string {
  return (codeFingerprint ??= fingerprint(...CODE));
}

async function keyOf(tree: Tree, rules: RuleData): Promise<string> {
  let content = tree.contentId ?? contents.get(tree);
  if (content === undefined) {
    const hash = createHash('sha256');
    for (const { path, id } of await concernedFiles(tree)) hash.update(`${path}\0${id}\n`);
    content = hash.update((await kernelVersion(tree)) ?? '').digest('hex');
    contents.set(tree, content);
  }
  return createHash('sha256').update(rulesFingerprint(rules)).update(content).digest('hex').slice(0, 32);
}

/** What names the content of trees that have no name for it themselves. */
const contents = new WeakMap<Tree, string>();

const fingerprints = new WeakMap<RuleData, string>();

/** Of what the analysis asks the rules for. */
function rulesFingerprint(rules: RuleData): string {
  let known = fingerprints.get(rules);
  if (known === undefined) {
    const { contracts, arguments: given, fields, callbacks, meanings } = rules;
    known = createHash('sha256')
      .update(JSON.stringify([contracts, given, fields, callbacks, meanings]))
      .digest('hex');
    fingerprints.set(rules, known);
  }
  return known;
}
