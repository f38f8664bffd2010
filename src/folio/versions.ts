/** A range of kernel versions, both ends inclusive, null for open. */
export interface VersionRange {
  readonly since: string | null;
  readonly until: string | null;
}

/** Compares kernel versions like "6.1" and "6.12" by number; negative when `a` is older. */
export function compareVersions(a: string, b: string): number {
  const [majorA = 0, minorA = 0] = a.split('.').map(Number);
  const [majorB = 0, minorB = 0] = b.split('.').map(Number);
  return majorA - majorB || minorA - minorB;
}

/** Whether an entry holds for a version; where that is not known, the entry for the newest one does. */
export function holdsFor({ since, until }: VersionRange, version: string | null): boolean {
  if (version === null) return until === null;
  return (
    (since === null || compareVersions(since, version) <= 0) &&
    (until === null || compareVersions(version, until) <= 0)
  );
}

/** Whether two ranges have a version in common. */
export function overlap(one: VersionRange, other: VersionRange): boolean {
  return startsBy(one, other.until) && startsBy(other, one.until);
}

function startsBy({ since }: VersionRange, end: string | null): boolean {
  return since === null || end === null || compareVersions(since, end) <= 0;
}
