import { readdirSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { RectoError } from '../errors.js';
import { compareVersions } from '../folio/versions.js';
import { readSnapshot, timeOfSnapshot } from './file.js';
import { Snapshot } from './snapshot.js';

/** The folder with the snapshots that come with Recto. */
const SHIPPED_SNAPSHOTS = fileURLToPath(new URL('../../rules/snapshots', import.meta.url));

/**
 * Opens the snapshot that `asked` names: a version of those that come with Recto, or a file.
 *
 * @throws RectoError 'usage' when there is none of that name, 'unreadable-input' when it cannot be read
 */
export function namedSnapshot(asked: string, folder: string): Snapshot {
  if (shippedVersions().includes(asked)) return shipped(asked);
  const path = resolve(folder, asked);
  if (statSync(path, { throwIfNoEntry: false }) !== undefined) return new Snapshot(readSnapshot(path));
  throw new RectoError(
    'usage',
    `there is no snapshot ${JSON.stringify(asked)}: Recto comes with those of ${shippedVersions().join(' and ')}, ` +
      'and recto snapshot --tree DIR makes one of another release',
  );
}

/**
 * Opens the snapshot whose release is closest to a day; without one, or with what is no day, the newest.
 *
 * @param date as ISO 8601
 */
export function closestSnapshot(date: string | null): Snapshot {
  const time = date === null ? Number.NaN : Date.parse(date);
  return closest(({ released }) => (Number.isNaN(time) ? -released : Math.abs(released - time)));
}

/**
 * Opens the snapshot whose release is closest to a version of the kernel.
 *
 * @param version as "6.6"
 */
export function snapshotNear(version: string): Snapshot {
  // A major number has some 20 releases: 4.20 was followed by 5.0, and 5.19 by 6.0.
  const count = (text: string) => {
    const [major = 0, minor = 0] = text.split('.').map(Number);
    return major * 20 + minor;
  };
  return closest((shipped) => Math.abs(count(shipped.version) - count(version)));
}

/** The shipped snapshot of the release that has the least distance; among several, the oldest. */
function closest(distance: (release: ShippedRelease) => number): Snapshot {
  releases ??= shippedVersions().map((version) => ({
    version,
    released: timeOfSnapshot(shippedFile(version)),
  }));
  if (releases.length === 0) {
    throw new RectoError('no-tree', `there are no snapshots in ${SHIPPED_SNAPSHOTS}: install Recto again`);
  }
  return shipped(releases.reduce((best, one) => (distance(one) < distance(best) ? one : best)).version);
}

interface ShippedRelease {
  readonly version: string;
  /** Milliseconds since 1970. */
  readonly released: number;
}

/** Those that Recto comes with, once they were looked for: a process that reviews a list asks for each series. */
let releases: readonly ShippedRelease[] | null = null;

/** Those that were opened. A process that reviews a list needs the same one for most series: opening it takes 100 ms. */
const opened = new Map<string, Snapshot>();

function shipped(version: string): Snapshot {
  let snapshot = opened.get(version);
  if (!snapshot) opened.set(version, (snapshot = new Snapshot(readSnapshot(shippedFile(version)))));
  return snapshot;
}

/** Versions of the snapshots that come with Recto, the oldest first. */
function shippedVersions(): readonly string[] {
  if (statSync(SHIPPED_SNAPSHOTS, { throwIfNoEntry: false }) === undefined) return [];
  return readdirSync(SHIPPED_SNAPSHOTS)
    .flatMap((file) => /^linux-(\d+\.\d+)\.json\.gz$/.exec(file)?.[1] ?? [])
    .sort(compareVersions);
}

function shippedFile(version: string): string {
  return join(SHIPPED_SNAPSHOTS, `linux-${version}.json.gz`);
}
