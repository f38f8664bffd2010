import { join } from 'node:path';
import { openSqliteStore } from '../../src/lists/store/sqlite.js';
import { loadRuleBook } from '../../src/rules/load.js';
import { SHIPPED_RULES } from '../../src/rules/shipped.js';
import { readArchive } from '../accuracy/lists/archive.js';
import { reviewWithoutTree } from '../accuracy/lists/without-tree.js';
import { takeEpoch } from '../mail/take-epoch.js';

// What `recto follow` does with an epoch that it sees for the first time, or what it takes to review all of it.
// node epoch.js store EPOCH FOLDER    reads it and assembles its series, into a store in FOLDER
// node epoch.js review EPOCH          reads it, assembles its series, and reviews them without a tree

const [what, epoch, folder] = process.argv.slice(2) as [string, string, string | undefined];
if (what === 'store') {
  const store = openSqliteStore(join(folder!, 'recto.db'));
  await takeEpoch(store, epoch);
  store.close();
} else {
  const { series } = await readArchive(epoch, () => undefined);
  await reviewWithoutTree(series, loadRuleBook([SHIPPED_RULES]));
}
