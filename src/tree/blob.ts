import { createHash } from 'node:crypto';

/** The id that git gives to a file with this content. */
export function blobId(content: Uint8Array): string {
  return createHash('sha1')
    .update(`blob ${String(content.length)}\0`)
    .update(content)
    .digest('hex');
}

/** True for the paths that `Tree.files()` lists. */
export function isSource(path: string): boolean {
  return path.endsWith('.c') || path.endsWith('.h');
}

/** Orders paths by code unit, as `Tree.files()` promises. */
export function byPath(a: { readonly path: string }, b: { readonly path: string }): number {
  return a.path < b.path ? -1 : a.path > b.path ? 1 : 0;
}

/** True for a path that stays inside a tree: relative, without empty, '.', '..' or '.git' parts. */
export function isInside(path: string): boolean {
  return (
    path !== '' &&
    !path.includes('\0') &&
    path.split('/').every((part) => part !== '' && part !== '.' && part !== '..' && part !== '.git')
  );
}
