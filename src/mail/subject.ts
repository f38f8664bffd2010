/** A subject taken apart. */
export interface Subject {
  /** Without "Re:" and all brackets in front, as `git am` takes it: list names, "[PATCH v2 1/3]", "[media]". */
  readonly title: string;
  /** The v2 of "[PATCH v2 1/3]"; 1 when it says nothing. */
  readonly version: number;
  /** The 1 of "1/3", 0 for a cover letter; null when there is no number. */
  readonly number: number | null;
  /** The 3 of "1/3". */
  readonly total: number | null;
  /** True for "Re:", "AW:", "Fwd:" ... */
  readonly reply: boolean;
  /** The other words of the prefix, in lower case: "rfc", "mm-unstable", "resend". */
  readonly tags: readonly string[];
  /** True when the prefix says that the mail is a patch or a cover letter. */
  readonly patch: boolean;
}

const REPLY = /^(?:re|aw|sv|vs|antw|odp|fwd?|wg|r|答复|回复|回覆|答覆|转发|轉寄)(?:\[\d{1,3}\])? ?[:：] */i;
const NUMBER = /^\(?(\d{1,4})\/(\d{1,4})\)?$/;
const VERSION = /^(?:patch|rfc)?-?v(\d{1,3})(?:\.\d+)?$/;

/** Reads "Re: [f2fs-dev] [PATCH v2 1/3] mm: title" and its many relatives. */
export function parseSubject(subject: string): Subject {
  let rest = subject.slice(0, 2000).replace(/\s+/g, ' ').trim();
  const found = { version: 1, number: null as number | null, total: null as number | null };
  const tags: string[] = [];
  let reply = false;
  let patch = false;
  for (;;) {
    const answers = REPLY.exec(rest);
    // Behind the prefix of a patch, "r:" is a subsystem rather than an answer from Italy.
    if (answers && (!patch || /^re/i.test(rest))) {
      reply = true;
      rest = rest.slice(answers[0].length);
      continue;
    }
    const close = rest.startsWith('[') ? rest.indexOf(']') : -1;
    if (close < 0) break;
    const words = rest.slice(1, close).toLowerCase().split(/[ ,]+/).filter(Boolean);
    const prefix = words.some((word) => /patch|^rfc|^v\d+$/.test(word) || NUMBER.test(word));
    rest = rest.slice(close + 1).replace(/^[ :]+/, '');
    // What follows the prefix in brackets may be anything: "[PATCH] [media] ...".
    if (!prefix) continue;
    patch = true;
    for (const word of words) {
      const number = NUMBER.exec(word);
      const version = VERSION.exec(word);
      if (number) [found.number, found.total] = [Number(number[1]), Number(number[2])];
      else if (version) found.version = Math.max(Number(version[1]), 1);
      else if (word !== 'patch') tags.push(...word.split(/patch-|-patch/).filter(Boolean));
    }
  }
  return { title: rest, ...found, reply, tags, patch };
}
