import type { FileFacts, FunctionFacts } from '../../src/c/facts.js';
import type { FactStore } from '../../src/c/store.js';
import { readTreeFacts } from '../../src/c/tree-facts.js';
import { PAGE_FLAGS_HEADER, readFlagModel } from '../../src/folio/header.js';
import type { FlagModel } from '../../src/folio/model.js';
import { kernelVersion } from '../../src/review/kernel-version.js';
import type { Tree } from '../../src/tree/tree.js';
import { maskNonCode } from './mask.js';

/** A function as it stands in its file. Indexes of lines count from 0, both ends included. */
export interface SourceFunction {
  readonly name: string;
  readonly file: SourceFile;
  readonly facts: FunctionFacts;
  /** The first line of its definition, the line with its opening brace, and that with the closing one. */
  readonly head: number;
  readonly open: number;
  readonly close: number;
}

/** A C file of the tree, to be edited. */
export interface SourceFile {
  readonly path: string;
  readonly text: string;
  readonly lines: readonly string[];
  /** The lines with comments, strings and preprocessor lines blanked. */
  readonly code: readonly string[];
  readonly facts: FileFacts;
  /** In order; only those whose braces stand as kernel style has them. */
  readonly functions: readonly SourceFunction[];
}

/** What edits are made of: the sources of a tree that handle folios, and the accessors that it has. */
export interface Kernel {
  readonly tree: Tree;
  /** `6.12` */
  readonly version: string;
  readonly model: FlagModel;
  /** The `.c` files of mm/ and fs/ that concern folios. */
  readonly files: readonly SourceFile[];
  /** Any file of the tree, by path. */
  source(path: string): Promise<SourceFile | null>;
}

/** Where folios are handled by code that runs beside other code: not tests, and not what runs at boot alone. */
const PLACES = /^(?:mm|fs)\/.*\.c$/;
const NO_PLACES =
  /(?:^|\/)(?:tests?|debug_vm_pgtable|mm_init|memblock|sparse|bootmem_info|nommu|hugetlb_vmemmap)(?:[-_./].*)?$|_test\.c$|_kunit\.c$|kunit/;

/** Reads what edits need of a tree. */
export async function readKernel(tree: Tree, store: FactStore): Promise<Kernel> {
  const facts = await readTreeFacts(tree, store);
  store.flush();
  const header = await tree.read(PAGE_FLAGS_HEADER);
  const files: SourceFile[] = [];
  const wanted = (await tree.files()).filter(
    ({ path }) => PLACES.test(path) && !NO_PLACES.test(path) && facts.has(path),
  );
  for await (const { file, text } of tree.readMany(wanted)) {
    files.push(sourceFile(file.path, text, facts.get(file.path)!));
  }
  return {
    tree,
    version: (await kernelVersion(tree)) ?? '',
    model: readFlagModel(() => header),
    files,
    async source(path) {
      const known = files.find((file) => file.path === path);
      if (known) return known;
      const text = await tree.read(path);
      const read = facts.get(path);
      return text === null || !read ? null : sourceFile(path, text, read);
    },
  };
}

function sourceFile(path: string, text: string, facts: FileFacts): SourceFile {
  const functions: SourceFunction[] = [];
  const file: SourceFile = {
    path,
    text,
    lines: text.split('\n'),
    code: maskNonCode(text).split('\n'),
    facts,
    functions,
  };
  for (const item of facts.functions) {
    if (item.kind !== 'function' || item.isInit) continue;
    const name = item.line - 1;
    let head = name;
    while (head > 0 && /^[A-Za-z_][\w\s*()]*$/.test(file.code[head - 1]!)) head--;
    let open = name;
    while (open < name + 20 && !file.code[open]?.startsWith('{')) open++;
    const close = file.code.indexOf('}', open);
    if (!file.code[open]?.startsWith('{') || close !== item.endLine - 1) continue;
    functions.push({ name: item.name, file, facts: item, head, open, close });
  }
  functions.sort((a, b) => a.head - b.head);
  return file;
}

/** The type of a variable of the function, `struct folio *`, or null. */
export function variableType(fn: SourceFunction, name: string): string | null {
  return (
    fn.facts.locals[name] ?? fn.facts.parameters.find((parameter) => parameter.name === name)?.type ?? null
  );
}

/** `folio` or `page` for a variable that points to one. */
export function pointsTo(fn: SourceFunction, name: string): 'folio' | 'page' | null {
  const match = /^struct (folio|page) ?\*$/.exec(variableType(fn, name) ?? '');
  return match ? (match[1] as 'folio' | 'page') : null;
}
