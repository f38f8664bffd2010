import { RectoError } from '../../errors.js';
import type { Policy } from '../policy/policy.js';
import { readSecret } from '../secret.js';
import type { CheckRecord, Store } from '../store/store.js';
import { askWeb } from '../web.js';
import { backOff } from './outbox.js';

/** Patchwork learns of patches from the same list, perhaps later than we do. */
const MAX_ATTEMPTS = 12;

/**
 * Posts the verdicts that are due as checks on their patches, each once (Patchwork's REST API 1.2, whose schema is in its
 * docs/api/schemas/v1.2/patchwork.yaml).
 */
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
  const { url, project, tokenFile, context } = patchwork;
  const within = project === null ? '' : `&project=${encodeURIComponent(project)}`;
  const found = await ask(`${url}/api/1.2/patches/?msgid=${encodeURIComponent(check.messageId)}${within}`);
  const id = (found as readonly { readonly id?: unknown }[])[0]?.id;
  if (typeof id !== 'number') throw new RectoError('no-list', 'Patchwork does not have the patch', url);
  const checks = `${url}/api/1.2/patches/${String(id)}/checks/`;
  // The list comes in pages: ours alone, the newest first.
  const known = await ask(`${checks}?context=${context}&order=-id`);
  const [newest] = (known as readonly Partial<Record<'id' | 'description' | 'state', unknown>>[]).toSorted(
    (a, b) => Number(b.id) - Number(a.id),
  );
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
