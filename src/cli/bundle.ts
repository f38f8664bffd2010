import { createHash } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { Script } from 'node:vm';
import { optimiseAsUsual } from '../optimise-later.js';
import { cacheDirectory, writeWhole } from '../tree/cache.js';

/**
 * The command's own code, run from what V8 has compiled of it in an earlier process: compiling is a sixth of a small
 * review. What is kept is used where it is whole, and of this very code, and of this version of Node; V8 itself looks
 * at the last once more. Kept are the functions that were used, so it is written when a command has ended.
 */
interface Chunk {
  readonly file: string;
  readonly script: Script;
  /** Of its source. */
  readonly hash: string;
}

/** A file of ours, as the kept code names it: hash of its source, then where its code begins, and its length. */
type Place = readonly [hash: string, offset: number, length: number];

type Modules = (id: string) => unknown;
type Body = (
  exports: object,
  require: Modules,
  module: { exports: object },
  file: string,
  folder: string,
) => void;

const chunks: Chunk[] = [];
const loaded = new Map<string, { exports: object }>();
let kept: Kept | null = null;
/** Is there a chunk of which nothing was kept? */
let isMore = false;

interface Kept {
  readonly places: Readonly<Record<string, Place>>;
  readonly code: Buffer;
}

const MAGIC = 'recto-code 1';

/** Runs a bundle in CommonJS, and what it requires of the files beside it. */
export function runBundle(file: string): void {
  kept = readKept(file);
  load(file);
}

function load(file: string): object {
  const known = loaded.get(file);
  if (known) return known.exports;
  const module = { exports: {} };
  loaded.set(file, module);
  const source = readFileSync(file, 'utf8');
  const hash = sha256(source);
  const place = kept?.places[basename(file)];
  const cachedData = place?.[0] === hash ? kept?.code.subarray(place[1], place[1] + place[2]) : undefined;
  const script = new Script(`(function (exports, require, module, __filename, __dirname) {${source}\n})`, {
    filename: file,
    ...(cachedData ? { cachedData } : {}),
  });
  if (script.cachedDataRejected !== false) isMore = true;
  chunks.push({ file, script, hash });
  const packages = createRequire(file);
  const require: Modules = (id) =>
    id.startsWith('.') ? load(join(dirname(file), id)) : (packages(id) as unknown);
  (script.runInThisContext() as Body)(
    module.exports,
    Object.assign(require, { resolve: packages.resolve }),
    module,
    file,
    dirname(file),
  );
  return module.exports;
}

/** Keeps what V8 has compiled, where there is more of it than before. What cannot be kept is compiled again. */
export function keepCompiled(): void {
  const [first] = chunks;
  if (!isMore || !first) return;
  // Of code that was compiled under other flags V8 wants nothing.
  setFlagsFromString('--wasm-tiering-budget=1800000');
  optimiseAsUsual();
  const places: Record<string, Place> = {};
  const parts: Buffer[] = [];
  let size = 0;
  for (const { file, script, hash } of chunks) {
    const code = script.createCachedData();
    places[basename(file)] = [hash, size, code.length];
    parts.push(code);
    size += code.length;
  }
  // Of the files that this command had no use for.
  for (const [name, [hash, offset, length]] of Object.entries(kept?.places ?? {})) {
    if (name in places) continue;
    places[name] = [hash, size, length];
    parts.push(kept!.code.subarray(offset, offset + length));
    size += length;
  }
  const names = Buffer.from(`${JSON.stringify(places)}\n`);
  const body = Buffer.concat([names, ...parts]);
  try {
    const { folder, name } = placeOf(first.file);
    writeWhole(folder, name, Buffer.concat([Buffer.from(`${MAGIC} ${sha256(body)}\n`), body]));
  } catch {
    // The next process compiles for itself, and tries again.
  }
}

function readKept(file: string): Kept | null {
  try {
    const { folder, name } = placeOf(file);
    const path = join(folder, name);
    // Code is taken from nobody else.
    const { uid, mode } = statSync(path);
    if (uid !== process.getuid?.() || (mode & 0o002) !== 0) return null;
    const bytes = readFileSync(path);
    const end = bytes.indexOf(10) + 1;
    const body = bytes.subarray(end);
    if (bytes.toString('latin1', 0, end) !== `${MAGIC} ${sha256(body)}\n`) return null;
    const names = body.indexOf(10) + 1;
    const places = JSON.parse(body.toString('utf8', 0, names)) as Kept['places'];
    return { places, code: body.subarray(names) };
  } catch {
    return null;
  }
}

/** Where the code of a bundle is kept: one file for each place that Recto is installed in, and version of Node. */
function placeOf(file: string): { folder: string; name: string } {
  const key = sha256([process.version, process.arch, process.execArgv.join(' '), file].join('\0'));
  return { folder: join(cacheDirectory(), 'code'), name: key.slice(0, 16) };
}

function sha256(content: string | Buffer): string {
  return createHash('sha256').update(content).digest('hex');
}
