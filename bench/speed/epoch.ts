import { join } from 'node:path';

// Only what is measured is loaded.
//
// What `recto follow` does with an epoch that it sees for the first time, or what it takes to review all of it.
// node epoch.js store EPOCH FOLDER    reads it and assembles its series, into a store in FOLDER
// node epoch.js review EPOCH          reads it, assembles its series, and reviews them without a tree

const [what, epoch, folder] = process.argv.slice(2) as [string, string, string | undefined];
if (what === 'store') {
  const { openSqliteStore } = await import('../../src/lists/store/sqlite.js');
  const { takeEpoch } = await import('../mail/take-epoch.js');
  const store = openSqliteStore(join(folder!, 'recto.db'));
  await takeEpoch(store, epoch);
  store.close();
} else {
  const { loadRuleBook } = await import('../../src/rules/load.js');
  const { SHIPPED_RULES } = await import('../../src/rules/shipped.js');
  const { readArchive } = await import('../accuracy/lists/archive.js');
  const { reviewWithoutTree } = await import('../accuracy/lists/without-tree.js');
  const { series } = await readArchive(epoch, () => undefined);
  await reviewWithoutTree(series, loadRuleBook([SHIPPED_RULES]));
}
