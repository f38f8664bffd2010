import type { Review } from '../review/review.js';
import { printable } from './lines.js';
import { replyBody } from './reply.js';

/**
 * The mails that answer a series. That to a single patch is its body alone; those to several are an mbox, so that
 * each can be told from the next (mboxrd: a line that begins with "From " is quoted). '' when there is none to write.
 */
export function reviewToReplies(review: Review): string {
  const replies = review.patches.flatMap(({ patch }) => {
    const body = replyBody(review, patch.number);
    return body === null ? [] : [{ patch, body }];
  });
  if (review.patches.length === 1) return replies[0]?.body ?? '';
  return replies
    .map(({ patch, body }) => {
      const headers = [
        `Subject: Re: ${printable(patch.subject)}`,
        ...(patch.messageId === null ? [] : [`In-Reply-To: <${printable(patch.messageId)}>`]),
        'Content-Type: text/plain; charset=utf-8',
        'Content-Transfer-Encoding: 8bit',
      ];
      return [
        'From recto Thu Jan  1 00:00:00 1970',
        ...headers,
        '',
        body.replace(/^(>*From )/gm, '>$1'),
      ].join('\n');
    })
    .join('\n');
}
