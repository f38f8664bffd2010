import { closeSync, openSync, readFileSync, readSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { NO_SUMMARY } from '../analysis/summary.js';
import { RectoError } from '../errors.js';
import { reasonOf, writeWhole } from '../tree/cache.js';
import { FORMAT, type SnapshotFile } from './format.js';

/** What a file may unfold to: those that ship have a tenth of it. */
const LIMIT = 128 * 1024 * 1024;

/** Offset in the header of gzip. */
const MTIME = 4;

/**
 * Writes a snapshot in one step.
 *
 * @throws RectoError 'usage' when the file cannot be written
 */
export function writeSnapshot(path: string, snapshot: SnapshotFile): void {
  try {
    const bytes = gzipSync(asciiJson(snapshot), { level: 9 });
    bytes.writeUInt32LE(Date.parse(snapshot.date) / 1000, MTIME);
    writeWhole(dirname(path), basename(path), bytes);
  } catch (error) {
    throw new RectoError('usage', `cannot write ${path}: ${reasonOf(error)}`, path);
  }
}

/** Text of one byte per character is read in half the time. */
function asciiJson(value: object): string {
  return JSON.stringify(value).replace(
    /[^\0-\x7f]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/**
 * The time of the release, in milliseconds: a snapshot has it in the header of gzip (RFC 1952, MTIME), too, where it
 * can be read without the rest.
 */
export function timeOfSnapshot(path: string): number {
  const header = Buffer.alloc(MTIME + 4);
  const file = openSync(path, 'r');
  try {
    readSync(file, header);
  } finally {
    closeSync(file);
  }
  return header.readUInt32LE(MTIME) * 1000;
}

/**
 * Reads a snapshot.
 *
 * @throws RectoError 'unreadable-input' when it is missing, damaged, something else, or of another version of Recto
 */
export function readSnapshot(path: string): SnapshotFile {
  let bytes: Buffer;
  try {
    bytes = readFileSync(path);
  } catch (error) {
    throw unreadable(path, reasonOf(error));
  }
  let content: unknown;
  try {
    const text = bytes[0] === 0x1f && bytes[1] === 0x8b ? unfold(bytes) : bytes;
    content = JSON.parse(text.toString('utf8'));
  } catch {
    throw unreadable(
      path,
      'it is damaged, or no snapshot: fetch it again, or make it anew with recto snapshot',
    );
  }
  if (!isSnapshot(content)) throw unreadable(path, 'it is no snapshot: recto snapshot makes one');
  if (content.format !== FORMAT) {
    throw unreadable(
      path,
      `it has format ${String(content.format)}, and this version of Recto reads format ${String(FORMAT)}: make it anew with recto snapshot`,
    );
  }
  if (!hasAllParts(content) || !content.pool.shapes.includes(Object.keys(NO_SUMMARY).join(',')))
    throw unreadable(path, 'another version of Recto made it: make it anew with recto snapshot');
  return content;
}

/** The end of gzip says how much it unfolds to (RFC 1952, ISIZE): with room for that, it is done in one piece. */
function unfold(bytes: Buffer): Buffer {
  const size = bytes.length < 18 ? 0 : bytes.readUInt32LE(bytes.length - 4);
  const chunkSize = Math.min(Math.max(size + 1, 1 << 16), LIMIT);
  return gunzipSync(bytes, { chunkSize, maxOutputLength: LIMIT });
}

function unreadable(path: string, why: string): RectoError {
  return new RectoError('unreadable-input', `cannot read the snapshot ${path}: ${why}`, path);
}

function isSnapshot(content: unknown): content is SnapshotFile {
  return isObject(content) && content['recto'] === 'snapshot' && typeof content['format'] === 'number';
}

function hasAllParts(file: SnapshotFile): boolean {
  const { version, date, model, constants, structs, slots, pool, files } = file;
  return (
    /^\d{1,3}\.\d{1,3}$/.test(version) &&
    /^\d{4}-\d\d-\d\d$/.test(date) &&
    [model, constants, structs, pool, files].every(isObject) &&
    [model.flags, model.accessors, model.pageTypeAccessors, model.constants, model.states].every(
      Array.isArray,
    ) &&
    [slots, pool.blocks, pool.strings, pool.shapes].every(Array.isArray) &&
    Object.values(files).every(Array.isArray)
  );
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
