import { RectoError } from '../errors.js';

/**
 * What is put behind the name of the file that a change was made from: `cp x.c x.c.orig; edit; diff -u x.c.orig x.c`.
 * The patches of the mm tree have the name of the patch there: `--- a/mm/x.c~name-of-the-patch`.
 */
const BACKUP = /^(?:\.orig|\.old|\.bak|~[^/]*)$/;

/**
 * The paths of a changed file within the tree, from the two names a diff gives it.
 *
 * Takes away what the tool put in front (`a/` and `b/`, `i/` and `w/`, `linux.orig/` and `linux/`), and takes
 * `/dev/null` for null. Two equal names are paths as they are (`git diff --no-prefix`).
 */
export function treePaths(
  oldName: string,
  newName: string,
): { oldPath: string | null; newPath: string | null } {
  const oldPath = oldName === '/dev/null' ? null : withoutDot(oldName);
  const newPath = newName === '/dev/null' ? null : withoutDot(newName);
  if (oldPath === null || newPath === null) {
    return {
      oldPath: oldPath && withoutPrefix(oldPath).replace(/~[^/]*$/, ''),
      newPath: newPath && withoutPrefix(newPath),
    };
  }
  if (oldPath === newPath && !/^[ab]\//.test(oldPath)) return { oldPath, newPath };
  if (rest(oldPath) === rest(newPath) && oldPath.includes('/') && newPath.includes('/')) {
    return { oldPath: rest(oldPath), newPath: rest(newPath) };
  }
  const [before, after] = [withoutPrefix(oldPath), withoutPrefix(newPath)];
  if (before.startsWith(after) && BACKUP.test(before.slice(after.length))) {
    return { oldPath: after, newPath: after };
  }
  return { oldPath: before, newPath: after };
}

/**
 * Refuses a path that points out of the tree.
 *
 * @throws RectoError 'unreadable-input' for an absolute path, one with a `..` in it, or one with control
 * characters.
 */
export function assertInsideTree(path: string): void {
  const parts = path.split('/');
  const outside = path.startsWith('/') || parts.includes('..') || /^[A-Za-z]:[\\/]/.test(path);
  // eslint-disable-next-line no-control-regex
  if (!outside && path !== '' && !/[\0-\x1f]/.test(path)) return;
  throw new RectoError(
    'unreadable-input',
    `the diff names the path ${JSON.stringify(path)}, which ${outside ? 'leads out of the tree' : 'is no file name'}; ` +
      'nothing of it was read. Paths in a diff are relative to the top of the kernel tree.',
  );
}

function withoutDot(path: string): string {
  return path.startsWith('./') ? path.slice(2) : path;
}

/** Without the one-letter directory that git and quilt write. */
function withoutPrefix(path: string): string {
  return /^[abciow]\//.test(path) ? path.slice(2) : path;
}

function rest(path: string): string {
  return path.slice(path.indexOf('/') + 1);
}
