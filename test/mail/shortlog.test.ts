import { describe, expect, it } from 'vitest';
import { readShortlog } from '../../src/mail/shortlog.js';

describe('readShortlog', () => {
  it('reads the titles that a cover letter lists, also of several people, and wrapped', () => {
    const text = `Hello,

  this is not in the list (2):

Sam Ample (2):
  mm: make it right, which takes more than one line to say in the
    title of a patch
  mm: Make it fast

Third, Jr. (1):
  fs: follow

 mm/a.c | 2 +-
  1 file changed
`;
    expect(readShortlog(text)).toEqual([
      'mm: make it right, which takes more than one line to say in the title of a patch',
      'mm: make it fast',
      'fs: follow',
    ]);
  });

  it('finds none where there is none', () => {
    expect(readShortlog('Hello (there):\n\n  a list\n')).toEqual([]);
  });
});
