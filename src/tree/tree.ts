/** One C source or header file of a tree. */
export interface TreeFile {
  /** Path from the top of the tree, with '/'. */
  readonly path: string;
  /**
   * Git blob id (40 hex digits) of the content: facts are cached by it. Null where words were looked for and none of them
   * is there, in a tree that has to read files for their ids.
   */
  readonly id: string | null;
}

/** Words to look for in files: text that is found as it stands. */
export interface Words {
  readonly anywhere: readonly string[];
  /** Words that count in one folder only (with a '/' at its end). */
  readonly within: readonly { readonly folder: string; readonly words: readonly string[] }[];
}

/** A search of a whole tree. */
export interface TreeSearch {
  /** Files of the tree, as far as one knows before they are looked at. */
  readonly count: number;
  readonly files: AsyncIterable<{ readonly file: TreeFile; readonly text: string | null }>;
}

/** A kernel source tree at one moment: a git revision, a plain folder, or one of these under an overlay. */
export interface Tree {
  /** For people: "v6.12 (3f2a…)" or a folder's name. */
  readonly name: string;
  /** Content of a file as text (latin-1 bytes that are not UTF-8 become U+FFFD), or null where there is none. */
  read(path: string): Promise<string | null>;
  /**
   * All `.c` and `.h` files, sorted by path.
   *
   * @param words what a file must have to be of use: another one may go without its id
   */
  files(words?: Words): Promise<readonly TreeFile[]>;
  /** Reads many files, in the order asked, with few round trips. Missing ones are left out. */
  readMany(files: readonly TreeFile[]): AsyncIterable<{ file: TreeFile; text: string }>;
  /**
   * Like `readMany`, in no order, where files without any of the words need not be read as text: their text is null.
   * Trees that have no quicker way leave it out.
   */
  readMentioning?(
    files: readonly TreeFile[],
    words: Words,
  ): AsyncIterable<{ file: TreeFile; text: string | null }>;
  /**
   * Like `files` and then `readMentioning` of what is not known, for trees that read files to list them. All files with
   * an id are asked about, in no order; of those without one there are those that had to be read now.
   */
  search?(words: Words, isKnown: (file: TreeFile) => boolean): Promise<TreeSearch>;
  /** A name for the whole content, where the tree has one: the id of a git tree. */
  readonly contentId?: string;
  /** What an overlay lies on, and what it changes there. */
  readonly layer?: Layer;
  /** Ends child processes. */
  close(): Promise<void>;
}

/** What an overlay is made of. */
export interface Layer {
  readonly below: Tree;
  /** New texts of files by path; null for one that is gone. */
  readonly changes: ReadonlyMap<string, string | null>;
}
