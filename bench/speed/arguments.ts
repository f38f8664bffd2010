import { resolve } from 'node:path';
import { Command, InvalidArgumentError } from 'commander';

/** What `npm run speed --` was asked for. */
export interface Options {
  /** Names of rows, or how they begin; empty for all. */
  readonly rows: readonly string[];
  /** A whole kernel tree in a git repository, with its work tree. */
  readonly tree: string;
  /** A public-inbox epoch, or null: then its row is left out. */
  readonly epoch: string | null;
  readonly rounds: number;
  readonly list: boolean;
}

/** Reads the command line. */
export function readOptions(argv: readonly string[]): Options {
  const command = new Command('npm run speed --')
    .description('Measures Recto against the tools that developers run anyway, in turns; medians and ratios.')
    .argument('[row...]', 'only the rows that begin with one of these names')
    .option('--tree <dir>', 'a whole kernel tree, a git repository with its work tree', 'linux')
    .option('--epoch <dir>', 'a public-inbox epoch (a git repository with one mail per commit)')
    .option('--rounds <number>', 'how often each is run', integer, 5)
    .option('--list', 'print the names of the rows', false);
  command.parse([...argv], { from: 'user' });
  const options = command.opts<{ tree: string; epoch?: string; rounds: number; list: boolean }>();
  return {
    ...options,
    tree: resolve(options.tree),
    epoch: options.epoch === undefined ? null : resolve(options.epoch),
    rows: command.args,
  };
}

function integer(text: string): number {
  if (!/^[1-9]\d*$/.test(text)) throw new InvalidArgumentError('a whole number from 1 is expected.');
  return Number(text);
}
