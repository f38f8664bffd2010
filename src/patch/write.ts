import { formatHunkHeader } from './hunk.js';
import type { FileDiff } from './patch.js';

/** The diff of one file as git would print it (without modes, which a FileDiff does not keep). */
export function writeDiff(file: FileDiff): string {
  const oldName = file.oldPath ?? file.newPath!;
  const newName = file.newPath ?? file.oldPath!;
  const head = [`diff --git ${quotePath(`a/${oldName}`)} ${quotePath(`b/${newName}`)}`];
  if (file.oldPath === null) head.push('new file mode 100644');
  if (file.newPath === null) head.push('deleted file mode 100644');
  if (file.oldPath !== null && file.newPath !== null && file.oldPath !== file.newPath) {
    const verb = file.copied ? 'copy' : 'rename';
    head.push(`${verb} from ${quotePath(file.oldPath)}`, `${verb} to ${quotePath(file.newPath)}`);
  }
  if (file.oldBlob !== null && file.newBlob !== null) head.push(`index ${file.oldBlob}..${file.newBlob}`);
  if (file.binary)
    head.push(`Binary files ${quotePath(`a/${oldName}`)} and ${quotePath(`b/${newName}`)} differ`);
  else if (file.hunks.length > 0) {
    head.push(`--- ${file.oldPath === null ? '/dev/null' : quotePath(`a/${oldName}`)}`);
    head.push(`+++ ${file.newPath === null ? '/dev/null' : quotePath(`b/${newName}`)}`);
  }
  const hunks = file.hunks.flatMap((hunk) => [formatHunkHeader(hunk), ...hunk.lines]);
  return [...head, ...hunks, ''].join('\n');
}

/** A path as git writes it: quoted like a C string when it has anything but printable ASCII in it. */
export function quotePath(path: string): string {
  if (/^[ !#-[\]-~]*$/.test(path)) return path;
  let quoted = '';
  for (const byte of Buffer.from(path)) {
    const char = String.fromCharCode(byte);
    if (char === '"' || char === '\\') quoted += `\\${char}`;
    else if (byte >= 0x20 && byte < 0x7f) quoted += char;
    else quoted += `\\${byte.toString(8).padStart(3, '0')}`;
  }
  return `"${quoted}"`;
}
