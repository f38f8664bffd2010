import { createHmac, randomUUID } from 'node:crypto';
import examples from '@octokit/webhooks-examples' with { type: 'json' };

/** The secret that GitHub and the app share. */
export const WEBHOOK_SECRET = 'shared with GitHub alone';

/** A webhook, as it is sent. */
export interface Delivery {
  readonly id: string;
  readonly event: string;
  readonly body: string;
}

type Fields = Readonly<Record<string, unknown>>;

/** One of GitHub's own examples of a webhook, with some fields changed. */
export function delivery(event: string, action: string, fields: Fields): Delivery {
  const all = (examples as unknown as { name: string; examples: { action?: string }[] }[]).find(
    ({ name }) => name === event,
  )!.examples;
  // Of pull_request.edited there is none; it is like the others.
  const example = all.find((candidate) => candidate.action === action) ?? { ...all[0], action };
  return {
    id: randomUUID(),
    event,
    body: JSON.stringify(merged(example, { installation: { id: 7 }, ...fields })),
  };
}

function merged(example: unknown, fields: unknown): unknown {
  const isRecord = (value: unknown): value is Fields =>
    typeof value === 'object' && value !== null && !Array.isArray(value);
  if (!isRecord(fields)) return fields;
  const result: Record<string, unknown> = isRecord(example) ? { ...example } : {};
  for (const [name, value] of Object.entries(fields)) result[name] = merged(result[name], value);
  return result;
}

/** Sends a webhook; gives the status that the app answers with. */
export async function send(
  url: string,
  { id, event, body }: Delivery,
  { secret = WEBHOOK_SECRET, path = '/api/github/webhooks' } = {},
): Promise<number> {
  const answer = await fetch(`${url}${path}`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'x-github-event': event,
      'x-github-delivery': id,
      'x-hub-signature-256': `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`,
    },
    body,
  });
  await answer.text();
  return answer.status;
}
