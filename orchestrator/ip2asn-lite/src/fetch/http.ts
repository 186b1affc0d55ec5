import { setTimeout as sleep } from 'node:timers/promises';
import { Ip2AsnError } from '../errors.ts';

export interface HttpOptions {
  /** Used for every request. Default: the global fetch. Proxies and credentials are the caller's. */
  fetch?: typeof globalThis.fetch;
  /** How often a failed request is tried again. Default 4. */
  retries?: number;
  /** Milliseconds before the first new try; doubled for each further one. Default 1000. */
  retryDelay?: number;
  /** Milliseconds without a byte after which a request counts as failed. Default 60000. */
  stallTimeout?: number;
  /** Called as bytes arrive; `total` is null when the server does not say. */
  onProgress?: (bytes: number, total: number | null) => void;
  /** Ends what is under way: what has come of a file stays, and the next fetch continues it. */
  signal?: AbortSignal;
}

/** A URL as it may be shown and kept: without its query, which may hold a token. */
export function shown(url: string): string {
  const { origin, pathname } = new URL(url);
  return origin + pathname;
}

/** The server said no in a way that asking again does not change. */
export class HttpStatusError extends Ip2AsnError {
  readonly status: number;

  constructor(url: string, status: number) {
    super('FETCH_FAILED', `${shown(url)}: the server answered with status ${status}`);
    this.status = status;
  }

  /** Only these two say that there is nothing; other refusals say nothing about what is there. */
  get isAbsence(): boolean {
    return this.status === 404 || this.status === 410;
  }
}

/** Too early, time-out, too many requests, and what is the server's own trouble, except methods that it does not know. */
function isPassing(status: number): boolean {
  return status === 408 || status === 425 || status === 429 || (status >= 500 && status !== 501);
}

/** A response under way: its head, and its body, which breaks off when no byte comes for too long. */
export interface Answer {
  response: Response;
  chunks: AsyncGenerator<Uint8Array>;
}

/** The body piece by piece; `timer` is the one that ends the request when it stalls. Each byte counts as alive. */
async function* piecesOf(body: ReadableStream<Uint8Array> | null, timer: NodeJS.Timeout): AsyncGenerator<Uint8Array> {
  try {
    for await (const chunk of body ?? []) {
      timer.refresh();
      yield chunk;
    }
  } finally {
    clearTimeout(timer);
  }
}

/** Sends one request; redirects are followed. Throws HttpStatusError for 4xx and 5xx, except 416, which the caller asked for. */
export async function request(url: string, init: RequestInit, options: HttpOptions): Promise<Answer> {
  const controller = new AbortController();
  const patience = options.stallTimeout ?? 60_000;
  const stalled = new Ip2AsnError('FETCH_FAILED', `${shown(url)}: no byte for ${patience} ms`);
  const timer = setTimeout(() => controller.abort(stalled), patience);
  const send = options.fetch ?? globalThis.fetch;
  const signal = AbortSignal.any([controller.signal, ...(options.signal === undefined ? [] : [options.signal])]);
  try {
    const response = await send(url, { ...init, signal, redirect: 'follow' });
    timer.refresh().unref();
    if (response.status < 400 || response.status === 416) {
      return { response, chunks: piecesOf(response.body, timer) };
    }
    await response.body?.cancel();
    throw new HttpStatusError(url, response.status);
  } catch (error) {
    clearTimeout(timer);
    throw error;
  }
}

/** Runs `attempt` until it succeeds, fails for good, or has used up its tries. */
export async function withRetries<T>(attempt: () => Promise<T>, options: HttpOptions): Promise<T> {
  const retries = options.retries ?? 4;
  for (let tries = 0; ; tries++) {
    try {
      return await attempt();
    } catch (cause) {
      if (cause instanceof HttpStatusError && !isPassing(cause.status)) throw cause;
      if (isLocal(cause) || options.signal?.aborted) throw cause;
      if (tries === retries) {
        throw new Ip2AsnError('FETCH_FAILED', `${reasonOf(cause)} (tried ${tries + 1} times)`, { cause });
      }
      const delay = (options.retryDelay ?? 1000) * 2 ** tries;
      await sleep(delay, undefined, options.signal === undefined ? {} : { signal: options.signal });
    }
  }
}

/** fetch says only "fetch failed"; the reason is in its cause. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? `${error.message}: ${error.cause.message}` : error.message;
}

/** Errors of this machine's disk do not pass by waiting. */
function isLocal(cause: unknown): boolean {
  return (
    cause instanceof Error && 'syscall' in cause && ['open', 'write', 'rename', 'mkdir'].includes(String(cause.syscall))
  );
}
