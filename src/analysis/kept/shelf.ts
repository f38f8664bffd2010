import { existsSync, readdirSync, rmSync, statSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { reasonOf, writeWhole } from '../../tree/cache.js';
import { openSections } from './blocks.js';
import { KeptTree } from './kept-tree.js';

/** All kept trees together, in bytes; beyond that those go that were not used for longest. */
const LIMIT = 1024 * 1024 * 1024;
/** What an interrupted writer left goes after a day. */
const LEFT = 24 * 3600 * 1000;

/** The kept trees of a folder. Processes may use one at once: a file is written whole, and never changed. */
export class Shelf {
  private readonly directory: string;
  private readonly schema: string;
  private readonly limit: number;

  /** @param schema names what computes the trees: those of another one are not seen */
  constructor(directory: string, schema: string, limit = LIMIT) {
    this.directory = directory;
    this.schema = schema;
    this.limit = limit;
  }

  /** Is there a tree of that name, whole or not? */
  has(name: string): boolean {
    return existsSync(this.pathOf(name));
  }

  /** The tree of that name; null when it is not there or damaged. */
  open(name: string): KeptTree | null {
    const path = this.pathOf(name);
    const sections = openSections(path, this.schema);
    if (!sections) return null;
    try {
      const tree = new KeptTree(sections);
      const now = new Date();
      utimesSync(path, now, now);
      return tree;
    } catch {
      return null;
    }
  }

  /** Names of the trees that are there, the one used last first. */
  names(): readonly string[] {
    const end = '.kept';
    try {
      return readdirSync(this.directory)
        .filter((file) => file.startsWith(`${this.schema}-`) && file.endsWith(end))
        .map((file) => ({
          file,
          used: statSync(join(this.directory, file)).mtimeMs,
        }))
        .sort((a, b) => b.used - a.used)
        .map(({ file }) => file.slice(this.schema.length + 1, -end.length));
    } catch {
      return [];
    }
  }

  /** Keeps a tree; says why it cannot, or null. */
  save(name: string, bytes: Buffer): string | null {
    try {
      writeWhole(this.directory, this.fileOf(name), bytes);
      this.sweep();
      return null;
    } catch (error) {
      return reasonOf(error);
    }
  }

  /** Takes a tree away that turned out to be damaged. */
  drop(name: string): void {
    rmSync(this.pathOf(name), { force: true });
  }

  private sweep(): void {
    let size = 0;
    const files = readdirSync(this.directory).flatMap((name) => {
      const path = join(this.directory, name);
      const stats = statSync(path, { throwIfNoEntry: false });
      return stats ? [{ name, path, size: stats.size, used: stats.mtimeMs }] : [];
    });
    for (const file of files.sort((a, b) => b.used - a.used)) {
      const isLeft = file.name.startsWith('.') && Date.now() - file.used > LEFT;
      size += file.size;
      if (isLeft || (size > this.limit && file.name.endsWith('.kept'))) rmSync(file.path, { force: true });
    }
  }

  private pathOf(name: string): string {
    return join(this.directory, this.fileOf(name));
  }

  private fileOf(name: string): string {
    return `${this.schema}-${name}.kept`;
  }
}
