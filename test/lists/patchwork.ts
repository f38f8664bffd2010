import { createServer } from 'node:http';

/** A check as it was posted. */
export interface PostedCheck {
  readonly id: number;
  readonly patch: number;
  readonly state: string;
  readonly context: string;
  readonly description: string | null;
}

/** A double of Patchwork: what of its API 1.2 has to do with checks. Requests that Patchwork would refuse, it refuses. */
export interface Patchwork {
  readonly url: string;
  /** Ids of patches by their Message-IDs, which have angle brackets in Patchwork. */
  readonly patches: Map<string, number>;
  readonly checks: PostedCheck[];
  /** What was refused, and why. */
  readonly refused: string[];
  /** Status to answer everything with, while it is set. */
  broken: number | null;
  /** Called when a check was taken, before it is answered. */
  onCheck: () => void;
  close(): Promise<void>;
}

const PAGE = 30;

export async function startPatchwork(token: string): Promise<Patchwork> {
  const double: Omit<Patchwork, 'url' | 'close'> = {
    patches: new Map(),
    checks: [],
    refused: [],
    broken: null,
    onCheck: () => undefined,
  };
  const answer = (method: string, url: URL, authorization: string | undefined, body: string) => {
    if (double.broken !== null) return { status: double.broken, body: { detail: 'broken' } };
    const asked = url.searchParams;
    if (method === 'GET' && url.pathname === '/api/1.2/patches/') {
      const id = double.patches.get(`<${(asked.get('msgid') ?? '').replace(/^<|>$/g, '')}>`);
      const here = asked.get('project') === null || asked.get('project') === 'linux-mm';
      return { status: 200, body: id !== undefined && here ? [{ id }] : [] };
    }
    const patch = Number(/^\/api\/1\.2\/patches\/(\d+)\/checks\/$/.exec(url.pathname)?.[1] ?? NaN);
    if (![...double.patches.values()].includes(patch)) return { status: 404, body: { detail: 'Not found.' } };
    if (method === 'GET') {
      const context = asked.get('context');
      const some = double.checks.filter(
        (one) => one.patch === patch && (context ?? one.context) === one.context,
      );
      if (asked.get('order') === '-id') some.reverse();
      return { status: 200, body: some.slice(0, PAGE) };
    }
    if (authorization !== `Token ${token}`) return { status: 403, body: { detail: 'Invalid token.' } };
    const wrong = whyWrong(body);
    if (wrong !== null) return { status: 400, body: { detail: wrong } };
    const given = JSON.parse(body) as Pick<PostedCheck, 'state'> & Partial<PostedCheck>;
    const { state, context = 'default', description = null } = given;
    const check = { id: double.checks.length + 1, patch, state, context, description };
    double.checks.push(check);
    double.onCheck();
    return { status: 201, body: check };
  };
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const url = new URL(request.url!, 'http://x');
      const text = Buffer.concat(chunks).toString('utf8');
      const json = request.headers['content-type'] === 'application/json' || request.method === 'GET';
      const given = json
        ? answer(request.method!, url, request.headers.authorization, text)
        : { status: 415, body: { detail: 'Unsupported media type.' } };
      if (given.status >= 400) double.refused.push(`${String(given.status)} ${JSON.stringify(given.body)}`);
      response
        .writeHead(given.status, { 'content-type': 'application/json' })
        .end(JSON.stringify(given.body));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  return Object.assign(double, {
    url: `http://127.0.0.1:${String(port)}`,
    close: () =>
      new Promise<void>((resolve) => {
        server.closeAllConnections();
        server.close(() => {
          resolve();
        });
      }),
  });
}

/** By the schema CheckCreate. */
function whyWrong(body: string): string | null {
  let check: Record<string, unknown>;
  try {
    check = JSON.parse(body) as Record<string, unknown>;
  } catch {
    return 'JSON parse error';
  }
  const { state, context, description, target_url: target, ...others } = check;
  if (!['pending', 'success', 'warning', 'fail'].includes(String(state))) return 'state';
  if (context !== undefined && !/^[-a-zA-Z0-9_]{1,255}$/.test(String(context))) return 'context';
  if (description !== undefined && description !== null && typeof description !== 'string')
    return 'description';
  if (target !== undefined && target !== null && !URL.canParse(String(target))) return 'target_url';
  return Object.keys(others).length === 0 ? null : Object.keys(others).join();
}
