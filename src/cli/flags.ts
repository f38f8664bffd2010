import { describeFlagModel, flagModelToJson } from '../folio/describe.js';
import { PAGE_FLAGS_HEADER, readFlagModel } from '../folio/header.js';
import { findTree, openTree } from '../tree/open.js';
import { status } from './failure.js';
import { note, write, type Terminal } from './terminal.js';

/** Options of `recto flags`. */
export interface FlagsOptions {
  readonly tree?: string;
  readonly rev?: string;
  readonly format: 'text' | 'json';
}

/** `recto flags`: prints the flag model of a tree. */
export async function flags(options: FlagsOptions, terminal: Terminal): Promise<number> {
  const place = await findTree(options.tree ?? null, terminal.cwd);
  const tree = await openTree(place.directory, options.rev ?? null);
  try {
    const header = (await tree.read(PAGE_FLAGS_HEADER)) ?? '';
    const model = readFlagModel(new Map([[PAGE_FLAGS_HEADER, header]]));
    for (const text of await tree.notes()) note(terminal, text);
    await write(
      terminal,
      options.format === 'json'
        ? JSON.stringify({ tree: tree.name, ...flagModelToJson(model) }, null, 2) + '\n'
        : describeFlagModel(model),
    );
    return status.fine;
  } finally {
    await tree.close();
  }
}
