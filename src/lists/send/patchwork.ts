import { RectoError } from '../../errors.js';
import type { Policy } from '../policy/policy.js';
import { readSecret } from '../secret.js';
import type { CheckRecord, Store } from '../store/store.js';
import { askWeb } from '../web.js';
import { backOff } from './outbox.js';

/** Patchwork learns of patches from the same list, perhaps later than we do. */
const MAX_ATTEMPTS = 12;

/** Posts the verdicts that are due as checks on their patches, each once (Patchwork's REST API, version 1.2). */
export async function postChecks(store: Store, policy: Policy, now: () => number): Promise<void> {
  const { patchwork } = policy;
  if (patchwork === null) return;
  for (const check of store.checks.due(now())) {
    try {
      await post(patchwork, check);
      store.checks.setState(check.id, 'posted', null, now());
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      const state = check.attempts + 1 >= MAX_ATTEMPTS ? 'failed' : 'waiting';
      store.checks.setState(check.id, state, reason, now() + backOff(check.attempts));
    }
  }
}

async function post(patchwork: NonNullable<Policy['patchwork']>, check: CheckRecord): Promise<void> {
  const { url, tokenFile, context } = patchwork;
  const found = await ask(`${url}/api/patches/?msgid=${encodeURIComponent(check.messageId)}`);
  const id = (found as readonly { readonly id?: unknown }[])[0]?.id;
  if (typeof id !== 'number') throw new RectoError('no-list', 'Patchwork does not have the patch', url);
  const checks = `${url}/api/patches/${String(id)}/checks/`;
  const known = (await ask(checks)) as readonly {
    context?: unknown;
    description?: unknown;
    state?: unknown;
  }[];
  const newest = known.filter((one) => one.context === context).at(-1);
  // It was posted, and we ended before we could note it.
  if (newest?.description === check.says && newest.state === check.verdict) return;
  await ask(checks, {
    method: 'POST',
    headers: { authorization: `Token ${readSecret(tokenFile)}`, 'content-type': 'application/json' },
    body: JSON.stringify({ state: check.verdict, context, description: check.says }),
  });
}

async function ask(url: string, request: Parameters<typeof askWeb>[1] = {}): Promise<unknown> {
  const { status, body } = await askWeb(url, { limit: 4 * 1024 * 1024, ...request });
  if (status < 200 || status > 299)
    throw new RectoError('no-list', `${url}: Patchwork says ${String(status)}`, url);
  const answer = JSON.parse(body.toString('utf8')) as unknown;
  if (request.method !== 'POST' && !Array.isArray(answer)) {
    throw new RectoError('no-list', `${url}: Patchwork gives no list`, url);
  }
  return answer;
}
