import { RectoError } from '../errors.js';
import { reasonOf } from '../tree/cache.js';

/** What a web server answered. */
export interface WebAnswer {
  readonly status: number;
  readonly body: Buffer;
}

export interface WebRequest {
  readonly method?: 'GET' | 'HEAD' | 'POST';
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Bytes of the answer that are read at most. */
  readonly limit?: number;
}

const TIMEOUT = 60_000;

/**
 * Asks a web server. Any status is an answer.
 *
 * @throws RectoError 'no-list' when it cannot be reached, takes more than a minute, or says more than the limit
 */
export async function askWeb(url: string, request: WebRequest = {}): Promise<WebAnswer> {
  const { method = 'GET', headers = {}, body, limit = 64 * 1024 * 1024 } = request;
  try {
    const answer = await fetch(url, {
      method,
      headers: { 'user-agent': 'recto (https://www.npmjs.com/package/recto-review)', ...headers },
      ...(body === undefined ? {} : { body }),
      // What was sent to one server with a token is not for another one.
      redirect: method === 'POST' ? 'error' : 'follow',
      signal: AbortSignal.timeout(TIMEOUT),
    });
    const chunks: Uint8Array[] = [];
    let size = 0;
    if (answer.body) {
      for await (const chunk of answer.body as AsyncIterable<Uint8Array>) {
        size += chunk.length;
        if (size > limit) throw new Error(`it says more than ${String(limit >> 20)} MB`);
        chunks.push(chunk);
      }
    }
    return { status: answer.status, body: Buffer.concat(chunks) };
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    throw new RectoError('no-list', `${url} cannot be read: ${reasonOf(cause)}`, url);
  }
}
