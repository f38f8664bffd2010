import { Command, InvalidArgumentError } from 'commander';

/** What `npm run accuracy --` was asked for. */
export interface Options {
  readonly trees: readonly string[];
  readonly seed: string;
  readonly count: number;
  readonly harmless: number;
  readonly operators: readonly string[];
  readonly archives: readonly string[];
  /** Review what is in the archives without a tree, too. */
  readonly withoutTree: boolean;
  /** Of what is in the archives only the series that touch folios or pages. */
  readonly concerned: boolean;
  /** How long to review what is in the archives, for each tree and without one. */
  readonly minutes: number;
  readonly out: string;
}

/** Reads the command line. */
export function readOptions(argv: readonly string[]): Options {
  const command = new Command('npm run accuracy --')
    .description('Measures how good reviews are: planted hazards, harmless changes, and real lists.')
    .option('--tree <dir...>', 'kernel trees to edit, and to review real patches on', [])
    .option('--seed <text>', 'what places and edits are drawn by', 'development')
    .option('--count <number>', 'planted hazards for each operator and tree', integer, 3)
    .option('--harmless <number>', 'harmless changes for each operator and tree', integer, 3)
    .option('--operator <name...>', 'only these operators', [])
    .option('--archive <dir...>', 'public-inbox epochs (git repositories) with real patches', [])
    .option('--without-tree', 'review real patches without a tree, too', false)
    .option('--concerned', 'of real patches, only series that touch folios or pages', false)
    .option(
      '--minutes <number>',
      'stop real patches after that time; their order is random',
      integer,
      Infinity,
    )
    .option(
      '--out <dir>',
      'where misses, false alarms and findings on real patches are written',
      'accuracy-out',
    );
  const options = command.parse([...argv], { from: 'user' }).opts<{
    tree: string[];
    seed: string;
    count: number;
    harmless: number;
    operator: string[];
    archive: string[];
    withoutTree: boolean;
    concerned: boolean;
    minutes: number;
    out: string;
  }>();
  return {
    trees: options.tree,
    seed: options.seed,
    count: options.count,
    harmless: options.harmless,
    operators: options.operator,
    archives: options.archive,
    withoutTree: options.withoutTree,
    concerned: options.concerned,
    minutes: options.minutes,
    out: options.out,
  };
}

function integer(text: string): number {
  if (!/^\d+$/.test(text)) throw new InvalidArgumentError('a whole number is expected.');
  return Number(text);
}
