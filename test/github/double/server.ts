import { createVerify, generateKeyPairSync } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { dirname } from 'node:path';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import { readDescription } from './description.js';
import { serveGit } from './git-http.js';
import { answerGraphql, type GraphqlRequest } from './graphql.js';
import { ROUTES, type Answer, type Call } from './routes.js';
import type { GitHubState, Permissions } from './state.js';

/** What goes wrong with a request. `after`: what it asks for is done all the same. */
export type Fault =
  | '502 before'
  | '502 after'
  | 'broken before'
  | 'broken after'
  | 'silence after'
  /** As GraphQL says it: with status 200. Other requests are answered 502. */
  | 'trouble after'
  | 'secondary limit'
  | 'rate limit';

/** A request as it came. */
export interface Received {
  readonly method: string;
  readonly path: string;
  /** The operation's name in GitHub's description, or "graphql". */
  readonly operation: string;
  readonly body: unknown;
}

const keys = generateKeyPairSync('rsa', { modulusLength: 2048 });
/** The private key of the app. */
export const PRIVATE_KEY = keys.privateKey.export({ type: 'pkcs1', format: 'pem' }).toString();

/** The permissions that the manifest asks for: the app gets these and no others. */
export const MANIFEST = parse(
  readFileSync(fileURLToPath(new URL('../../../app.yml', import.meta.url)), 'utf8'),
) as { readonly default_permissions: Permissions; readonly default_events: readonly string[] };

let description: ReturnType<typeof readDescription> | null = null;

/**
 * A GitHub with one repository. It answers only requests that GitHub's own description of its API allows, and keeps a
 * list of the others; tests expect that list to be empty.
 */
export class GitHubDouble {
  readonly state: GitHubState;
  readonly received: Received[] = [];
  readonly mistakes: string[] = [];
  permissions: Permissions = MANIFEST.default_permissions;
  /** The installation is there; when it is not, no token is given. */
  installed = true;
  /** Decides what goes wrong with a request, by its number. */
  fault: (request: Received, number: number) => Fault | null = () => null;
  /** Called before a request is carried out: for what somebody else does at the same time. */
  meanwhile: (request: Received) => void = () => undefined;
  url = '';
  readonly #tokens = new Map<string, Permissions>();
  readonly #server: Server;

  constructor(state: GitHubState) {
    this.state = state;
    this.#server = createServer((request, response) => {
      this.#serve(request, response).catch((error: unknown) => {
        this.mistakes.push(String(error));
        response.writeHead(500).end();
      });
    });
  }

  async start(): Promise<void> {
    description ??= readDescription();
    await description;
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    this.url = `http://127.0.0.1:${String((this.#server.address() as AddressInfo).port)}`;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = request.url!;
    const git = `/${this.state.owner}/${this.state.repo}.git`;
    if (url.startsWith(`${git}/`)) {
      this.#serveGit(url.slice(git.length), request, response);
      return;
    }
    const text = await textOf(request);
    // As on a GitHub Enterprise Server, for an app that was started as a process of its own.
    const { pathname, searchParams } = new URL(url.replace(/^\/api(\/v3|(?=\/graphql$))/, ''), this.url);
    const headers = request.headers as Record<string, string>;
    const body: unknown = text === '' ? undefined : JSON.parse(text);
    const method = request.method!;
    if (method === 'POST' && pathname === '/graphql') {
      await this.#answer({ method, path: pathname, operation: 'graphql', body }, response, async () => {
        const permissions = this.#permissionsOf(headers);
        if (permissions === null) return { status: 401, body: { message: 'Bad credentials' } };
        return { status: 200, body: await answerGraphql(this.state, permissions, body as GraphqlRequest) };
      });
      return;
    }
    const query = Object.fromEntries(searchParams);
    const judged = await (await description!)({ method, path: pathname, query, headers, body });
    if ('mistake' in judged) {
      this.mistakes.push(`${method} ${pathname}: ${judged.mistake}`);
      send(response, { status: 422, body: { message: judged.mistake } });
      return;
    }
    const { operation, params } = judged;
    await this.#answer({ method, path: pathname, operation, body }, response, () =>
      this.#carryOut(operation, {
        url: new URL(url, this.url).href,
        path: pathname,
        params,
        query,
        headers,
        body: (body ?? {}) as Record<string, unknown>,
      }),
    );
  }

  #carryOut(operation: string, call: Call): Answer {
    const route = ROUTES[operation];
    if (!route) {
      this.mistakes.push(`the double does not know ${operation}`);
      return { status: 501, body: {} };
    }
    if (route.needs === 'app') return this.#giveToken(call.headers, call.body);
    const permissions = this.#permissionsOf(call.headers);
    if (permissions === null) return { status: 401, body: { message: 'Bad credentials' } };
    const [name, level] = route.needs;
    const has = permissions[name];
    if (has !== 'write' && has !== level) {
      return { status: 403, body: { message: 'Resource not accessible by integration' } };
    }
    return route.answer(this.state, call);
  }

  /** A token with the permissions of the installation, for tests that ask by themselves. */
  token(): string {
    const token = `ghs_${String(this.state.next()).padStart(36, 't')}`;
    this.#tokens.set(token, this.permissions);
    return token;
  }

  #giveToken(headers: Record<string, string>, { permissions }: Record<string, unknown>): Answer {
    const [head = '', claims = '', signature = ''] = (headers['authorization'] ?? '')
      .replace(/^bearer /i, '')
      .split('.');
    const genuine = createVerify('RSA-SHA256')
      .update(`${head}.${claims}`)
      .verify(keys.publicKey, signature, 'base64url');
    if (!genuine) return { status: 401, body: { message: 'A JSON web token could not be decoded' } };
    if (!this.installed) return { status: 404, body: { message: 'Not Found' } };
    const wanted = (permissions ?? this.permissions) as Permissions;
    const granted = Object.fromEntries(
      Object.entries(wanted).filter(([name]) => this.permissions[name] !== undefined),
    ) as Permissions;
    const token = `ghs_${String(this.state.next()).padStart(36, 's')}`;
    this.#tokens.set(token, granted);
    const expires_at = new Date(Date.now() + 3_600_000).toISOString();
    return {
      status: 201,
      body: { token, expires_at, permissions: granted, repository_selection: 'selected' },
    };
  }

  /** A permission that was taken back is gone from the tokens as well. */
  #permissionsOf(headers: Record<string, string>): Permissions | null {
    const granted = this.#tokens.get((headers['authorization'] ?? '').replace(/^(?:token|bearer) /i, ''));
    if (!granted || !this.installed) return null;
    return Object.fromEntries(
      Object.entries(granted).filter(([name]) => name in this.permissions),
    ) as Permissions;
  }

  #serveGit(path: string, request: IncomingMessage, response: ServerResponse): void {
    const login = Buffer.from(
      (request.headers.authorization ?? '').replace(/^basic /i, ''),
      'base64',
    ).toString();
    const permissions = this.#permissionsOf({
      authorization: `token ${login.replace('x-access-token:', '')}`,
    });
    if (permissions?.['contents'] === undefined || !login.startsWith('x-access-token:')) {
      response.writeHead(401, { 'www-authenticate': 'Basic' }).end();
      return;
    }
    this.received.push({ method: request.method!, path, operation: 'git', body: null });
    serveGit(
      dirname(this.state.folder),
      `/${this.state.folder.split('/').at(-1)!}${path}`,
      request,
      response,
    );
  }

  async #answer(
    received: Received,
    response: ServerResponse,
    work: () => Answer | Promise<Answer>,
  ): Promise<void> {
    this.received.push(received);
    this.meanwhile(received);
    const fault = this.fault(received, this.received.length);
    if (fault === 'secondary limit') {
      const message =
        'You have exceeded a secondary rate limit. Please wait a few minutes before you try again.';
      send(response, { status: 403, body: { message } }, { 'retry-after': '1' });
      return;
    }
    if (fault === 'rate limit') {
      const reset = String(Math.floor(Date.now() / 1000));
      const limit = { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': reset };
      send(
        response,
        { status: 403, body: { message: 'API rate limit exceeded for installation ID 1.' } },
        limit,
      );
      return;
    }
    if (fault === 'broken before') return void response.destroy();
    if (fault === '502 before') return send(response, { status: 502, body: { message: 'Server Error' } });
    const answer = await work();
    if (fault === 'broken after') return void response.destroy();
    if (fault === 'trouble after' && received.operation === 'graphql') {
      const message = 'Something went wrong while executing your query. This may be the result of a timeout';
      return send(response, { status: 200, body: { data: null, errors: [{ message }] } });
    }
    if (fault === '502 after' || fault === 'trouble after')
      return send(response, { status: 502, body: { message: 'Server Error' } });
    if (fault === 'silence after') return;
    send(response, answer);
  }
}

function send(
  response: ServerResponse,
  { status, body, raw, link }: Answer,
  headers: Record<string, string> = {},
): void {
  const type = raw ? 'application/vnd.github.raw+json; charset=utf-8' : 'application/json; charset=utf-8';
  response.writeHead(status, { 'content-type': type, ...(link === undefined ? {} : { link }), ...headers });
  response.end(raw ? String(body) : JSON.stringify(body));
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}
