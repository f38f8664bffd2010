import { Command, Option } from 'commander';
import type { AuditOptions } from './audit.js';
import type { ExplainOptions } from './explain.js';
import { status, tellFailure } from './failure.js';
import type { FlagsOptions } from './flags.js';
import type { FollowOptions } from './follow.js';
import type { IndexOptions } from './index-tree.js';
import type { ReviewOptions } from './review.js';
import type { StatusOptions } from './status.js';
import type { RulesTestOptions } from './rules.js';
import type { SnapshotOptions } from './snapshot.js';
import type { Terminal } from './terminal.js';
import { packageVersion } from './version.js';

/**
 * Runs one command line (without node and script) and gives the exit status. Never throws.
 * What a command needs is loaded when it runs, so that `recto --help` is quick.
 */
export async function run(words: readonly string[], terminal: Terminal): Promise<number> {
  let result: number = status.fine;
  const program = new Command('recto')
    .description('Finds non-atomic folio flag updates that a patch makes reach folios others can see.')
    .version(packageVersion(), '--version', 'print the version')
    .helpOption('-h, --help', 'print help')
    .helpCommand(false)
    .showSuggestionAfterError()
    .configureOutput({
      writeOut: (text) => terminal.stdout.write(text),
      writeErr: (text) => terminal.stderr.write(text),
      outputError: (text, output) => {
        output(`recto: ${text.replace(/^error: /, '')}`);
      },
    })
    .exitOverride();

  const command = (name: string, summary: string) =>
    program
      .command(name)
      .description(summary)
      .helpOption('-h, --help', 'print help')
      .showHelpAfterError(`recto: 'recto ${name} --help' says more`);

  command('review', 'review a patch series against the tree that it applies to')
    .argument(
      '[input...]',
      'mbox, mail, patch or saved archive page; - for standard input; or a revision range',
    )
    .addOption(tree())
    .option(
      '--base <rev>',
      'revision that the series applies to (default: what its trailer or index lines name)',
    )
    .option(
      '--snapshot <version>',
      'judge without a tree, by the snapshot of a release (a version, or a file)',
    )
    .addOption(format('text', 'reply', 'json', 'markdown', 'sarif', 'github'))
    .addOption(
      new Option('--fail-on <severity>', 'exit with status 1 for findings of at least this severity')
        .choices(['high', 'medium', 'low'])
        .default('low'),
    )
    .addOption(rules())
    .option('--verbose', 'say how the base was found, how long things took, and what the analysis saw')
    .action(async (inputs: string[], options: ReviewOptions) => {
      const { review } = await import('./review.js');
      result = await review(inputs, options, terminal);
    });

  command('explain', 'say what a function updates, and who calls it with what')
    .argument('<function>', 'name of a function, or FILE:FUNCTION where several files have one')
    .addOption(tree())
    .addOption(revision())
    .addOption(format('text', 'json'))
    .addOption(rules())
    .action(async (name: string, options: ExplainOptions) => {
      const { explain } = await import('./explain.js');
      result = await explain(name, options, terminal);
    });

  command('audit', 'find what is in a tree today, whoever brought it in')
    .addOption(tree())
    .addOption(revision())
    .addOption(format('text', 'json'))
    .addOption(rules())
    .option('--verbose', 'say what the analysis saw, and what it could not see')
    .action(async (options: AuditOptions) => {
      const { audit } = await import('./audit.js');
      result = await audit(options, terminal);
    });

  command('flags', 'print the flag model of a tree')
    .addOption(tree())
    .addOption(revision())
    .addOption(format('text', 'json'))
    .action(async (options: FlagsOptions) => {
      const { flags } = await import('./flags.js');
      result = await flags(options, terminal);
    });

  command('index', 'fill the cache with what is found in a tree')
    .addOption(tree())
    .addOption(revision())
    .option('--verbose', 'say what could not be parsed in mm/, fs/ and include/linux/')
    .action(async (options: IndexOptions) => {
      const { indexTree } = await import('./index-tree.js');
      result = await indexTree(options, terminal);
    });

  const rulesCommand = command('rules', 'what can be done with rules');
  rulesCommand
    .command('test')
    .description('run the tests of the rules in a folder, or of those that come with Recto')
    .helpOption('-h, --help', 'print help')
    .showHelpAfterError(`recto: 'recto rules test --help' says more`)
    .argument('[dir]', 'folder with rules of your own')
    .addOption(format('text', 'json'))
    .action(async (folder: string | undefined, options: RulesTestOptions) => {
      const { testRules } = await import('./rules.js');
      result = await testRules(folder, options, terminal);
    });
  rulesCommand.helpCommand(false).action(() => {
    rulesCommand.outputHelp();
  });
  command('snapshot', 'write down what is found in a tree, for reviews where there is no tree')
    .addOption(tree())
    .addOption(revision())
    .option(
      '--date <day>',
      'day of the release (default: of the commit, or of the Makefile of a plain folder)',
    )
    .option('--output <file>', 'where to write it (default: linux-<version>.json.gz)')
    .addOption(rules())
    .action(async (options: SnapshotOptions) => {
      const { snapshot } = await import('./snapshot.js');
      result = await snapshot(options, terminal);
    });

  command('follow', 'follow mailing lists, review what comes, and answer as the policy says')
    .addOption(policy())
    .option('--once', 'do what is due, and end')
    .addOption(
      new Option(
        '--settle <message-id=what>',
        'of an answer in doubt, or one that failed: it was sent, send it again, or drop it (may be repeated)',
      )
        .argParser((word: string, before: readonly string[]) => [...before, word])
        .default([], 'none'),
    )
    .action(async (options: FollowOptions) => {
      const { follow } = await import('./follow.js');
      result = await follow(options, terminal);
    });

  command('status', 'show what recto follow has read, reviewed and sent')
    .addOption(policy())
    .addOption(format('text', 'json'))
    .action(async (options: StatusOptions) => {
      const { showStatus } = await import('./status.js');
      result = await showStatus(options, terminal);
    });

  try {
    await program.parseAsync(words, { from: 'user' });
    return result;
  } catch (error) {
    return tellFailure(error, terminal);
  }
}

function tree(): Option {
  return new Option('--tree <dir>', 'kernel git repository or folder (default: the kernel tree we are in)');
}

function policy(): Option {
  return new Option('--config <file>', 'the policy').default('recto.yml');
}

function revision(): Option {
  return new Option('--rev <rev>', 'revision of a git repository (default: HEAD)');
}

function rules(): Option {
  return new Option('--rules <dir>', 'folder with more rules (may be repeated)')
    .argParser((folder: string, before: readonly string[]) => [...before, folder])
    .default([], 'none');
}

function format(...choices: [string, ...string[]]): Option {
  return new Option('--format <format>', 'how to print it').choices(choices).default(choices[0]);
}
