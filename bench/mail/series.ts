import { readHeader, readIds } from '../../src/mail/header.js';
import { readHistory } from '../../src/lists/sources/git-history.js';
import { openSqliteStore } from '../../src/lists/store/sqlite.js';
import { runGit } from '../../src/tree/git-command.js';
import { ObjectReader } from '../../src/tree/objects.js';
import { takeEpoch } from './take-epoch.js';

// Series that are complete by their numbers alone (all of 1/N to N/N in answer to one mail, or the first of them), and
// whether the store has each as one complete series.
// node dist-bench/bench/mail/series.js EPOCH.git ...

for (const epoch of process.argv.slice(2)) await checkEpoch(epoch);

async function checkEpoch(epoch: string): Promise<void> {
  const store = openSqliteStore(':memory:');
  const mails = await takeEpoch(store, epoch);
  const groups = await groupByNumbers(epoch);
  const complete = [...groups].filter(([key, ids]) => ids.size === Number(key.split(' ')[2]));
  let found = 0;
  for (const [key, ids] of complete) {
    const records = [...ids.values()].map((id) => store.mails.find(id));
    const series = new Set(records.map((record) => record?.series ?? null));
    const [one] = series;
    const whole = series.size === 1 && one !== null && store.series.patches(one!) === ids.size;
    if (whole) found++;
    else
      console.log(
        `  not found complete: ${key}: ${records.map((record) => String(record?.series)).join(' ')}`,
      );
  }
  const all = store.series.count();
  const series = Object.values(all).reduce((sum, count) => sum + count, 0);
  console.log(
    `${epoch}: ${String(mails)} mails, ${String(series)} series; ${String(complete.length)} of several patches are ` +
      `complete by their numbers, ${String(found)} of these are found complete`,
  );
  store.close();
}

/** Message-IDs by number, for each root, version and length; patches sent by robots are left out, as Recto leaves them. */
async function groupByNumbers(epoch: string): Promise<Map<string, Map<number, string>>> {
  const { stdout } = await runGit(epoch, ['rev-parse', 'HEAD']);
  const reader = new ObjectReader(epoch);
  const groups = new Map<string, Map<number, string>>();
  for await (const entry of readHistory(epoch, null, stdout.toString('latin1').trim(), null)) {
    if (entry.deletes) continue;
    const header = readHeader((await reader.read(entry.blob))!.content);
    const subject = (header.get('subject') ?? '').replace(/\s+/g, ' ');
    const found = /^(?:\[[^\]]*\] ?)*?\[[^\]]*PATCH[^\]]*?\b(\d+)\/(\d+)[^\]]*\]/.exec(subject);
    if (!found || /^\s*(?:re|aw|fwd?):/i.test(subject)) continue;
    const [number, total] = [Number(found[1]), Number(found[2])];
    const id = readIds(header.raw('message-id'))[0];
    if (id === undefined || number === 0 || total < 2 || number > total) continue;
    const version = /\bv(\d+)\b/i.exec(found[0])?.[1] ?? '1';
    const root = readIds(header.raw('in-reply-to'))[0] ?? id;
    const key = `${root} ${version} ${String(total)}`;
    let group = groups.get(key);
    if (!group) groups.set(key, (group = new Map<number, string>()));
    if (!group.has(number)) group.set(number, id);
  }
  await reader.close();
  // Without a cover letter, the others answer the first patch.
  for (const [key, group] of groups) {
    const [root, version, total] = key.split(' ');
    const first = groups.get(`${root!} ${version!} ${total!}`)?.get(1);
    if (first === undefined || group.size > 1) continue;
    const others = groups.get(`${first} ${version!} ${total!}`);
    if (others && others !== group) for (const [number, id] of others) group.set(number, id);
  }
  return groups;
}
