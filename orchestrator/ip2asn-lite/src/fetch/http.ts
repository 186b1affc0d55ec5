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
}

/** The server said no in a way that asking again does not change. */
export class HttpStatusError extends Ip2AsnError {
  readonly status: number;

  constructor(url: string, status: number) {
    super('FETCH_FAILED', `${url}: the server answered with status ${status}`);
    this.status = status;
  }
}

/** Too early, time-out, too many requests, and everything that is the server's own trouble. */
function isPassing(status: number): boolean {
  return status === 408 || status === 425 || status === 429 || status >= 500;
}

/** A response under way. Its body breaks off when `alive` was not called for too long. */
export interface Answer {
  response: Response;
  alive: () => void;
}

/** Sends one request. Throws HttpStatusError for 4xx and 5xx, except 416, which the caller asked for. */
export async function request(url: string, headers: Record<string, string>, options: HttpOptions): Promise<Answer> {
  const controller = new AbortController();
  const patience = options.stallTimeout ?? 60_000;
  const onStall = (): void => controller.abort(new Ip2AsnError('FETCH_FAILED', `${url}: no byte for ${patience} ms`));
  const timer = setTimeout(onStall, patience);
  timer.unref();
  const send = options.fetch ?? globalThis.fetch;
  const response = await send(url, { headers, signal: controller.signal, redirect: 'follow' });
  if (response.status >= 400 && response.status !== 416) {
    clearTimeout(timer);
    await response.body?.cancel();
    throw new HttpStatusError(url, response.status);
  }
  return { response, alive: () => timer.refresh() };
}

/** Runs `attempt` until it succeeds, fails for good, or has used up its tries. */
export async function withRetries<T>(attempt: () => Promise<T>, options: HttpOptions): Promise<T> {
  const retries = options.retries ?? 4;
  for (let tries = 0; ; tries++) {
    try {
      return await attempt();
    } catch (cause) {
      if (cause instanceof HttpStatusError && !isPassing(cause.status)) throw cause;
      if (isLocal(cause)) throw cause;
      if (tries === retries) {
        throw new Ip2AsnError('FETCH_FAILED', `${reasonOf(cause)} (tried ${tries + 1} times)`, { cause });
      }
      await sleep((options.retryDelay ?? 1000) * 2 ** tries);
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
