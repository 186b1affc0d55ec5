import { once } from 'node:events';
import { open } from 'node:fs/promises';
import { Socket } from 'node:net';
import { canonicalAddress } from '../../address/ip.ts';
import { CensusError } from '../../errors.ts';

/** Silence in ms, while connecting or later, after which the server counts as hung. */
const IDLE_MS = 30_000;
/** Time and bytes for an answer as a whole, and for each question: servers answer hundreds a second, in one line or some. */
const mostMs = { whole: 600_000, each: 50 };
const mostBytes = { whole: 1 << 16, each: 1 << 12 };
const longestLine = 1 << 14;

/** One spelling per address: a server may write an IPv6 address otherwise than it was asked. */
export function spelling(address: string): string {
  return canonicalAddress(address) ?? address;
}

export interface BulkQuery {
  /** Where in the run this happens, "whois/00000": part of every error. */
  place: string;
  server: string;
  port: number;
  addresses: AsyncIterable<string>;
  /** File that receives the untouched answer. */
  answerFile: string;
  signal: AbortSignal;
  idleMs?: number;
  /** The time that an answer may take as a whole, beside that for each question. */
  wholeMs?: number;
  /** Called with the number of addresses answered so far. */
  onAnswered: (count: number) => void;
}

/**
 * Counts the questions that an answer has settled, over chunk borders; a line without its newline does not count, nor does one that is of
 * no question, such as a heading: an answer that lacks as many would pass for whole.
 */
class AnswerCounter {
  private readonly open = new Set<string>();
  private settled = 0;
  private rest = '';

  /** Before it is asked. */
  expect(address: string): void {
    this.open.add(address);
  }

  add(chunk: string): number {
    const lines = (this.rest + chunk).split('\n');
    this.rest = lines.pop() ?? '';
    for (const line of lines) {
      const address = line.split('|')[1]?.trim();
      if (address === undefined ? line.startsWith('Error:') : this.settles(address)) this.settled += 1;
    }
    return this.settled;
  }

  /** An address that cannot be read stands for one that was asked, and is rejected when it is decoded; a heading has no digit. */
  private settles(address: string): boolean {
    return canonicalAddress(address) === null ? /\d/.test(address) : this.open.delete(spelling(address));
  }

  /** Characters of a line that has not ended. */
  get unended(): number {
    return this.rest.length;
  }
}

/** How much may still come; a server may go on for ever without ever being silent. */
class Bounds {
  readonly #begun = performance.now();
  readonly #wholeMs: number;
  #bytes = 0;
  asked = 0;

  constructor(wholeMs: number = mostMs.whole) {
    this.#wholeMs = wholeMs;
  }

  /** What is wrong with the server once another chunk has come; null when nothing is. */
  passed(chunk: Buffer, unended: number): string | null {
    this.#bytes += chunk.length;
    const bytes = mostBytes.whole + this.asked * mostBytes.each;
    if (this.#bytes > bytes) return `sent more than ${bytes} bytes as the answer to ${this.asked} questions`;
    if (unended > longestLine) return `sent a line of more than ${longestLine} characters`;
    const ms = this.#wholeMs + this.asked * mostMs.each;
    return performance.now() - this.#begun > ms ? `drips: it was not through after ${Math.round(ms / 1000)} s` : null;
  }
}

function broken(query: BulkQuery, what: string, cause?: unknown): CensusError {
  return new CensusError(
    'E_PROGRAM_FAILED',
    `${query.place}: the whois server ${query.server}:${query.port} ${what}`,
    'check whois.server and whois.port and run again; the parts that are done stay, and whois: {server: null} leaves the stage out',
    cause,
  );
}

/** Writes the questions as fast as the server takes them; gives their number. */
async function ask(
  socket: Socket,
  addresses: AsyncIterable<string>,
  { bounds, counter, over }: { bounds: Bounds; counter: AnswerCounter; over: AbortSignal },
): Promise<number> {
  socket.write('begin\nverbose\n');
  for await (const address of addresses) {
    bounds.asked += 1;
    counter.expect(spelling(address));
    if (!socket.write(`${address}\n`)) await once(socket, 'drain', { signal: over });
  }
  socket.write('end\n');
  return bounds.asked;
}

/**
 * Asks a server of Team Cymru's bulk protocol (begin, verbose, one address per line, end) about all addresses over one
 * connection and keeps the answer as it came. The server closes when it has answered the last; a close before that, a
 * reset, silence, or an answer without end is an error: what is missing at the end of an answer cannot be told from "not known".
 */
export async function askInBulk(query: BulkQuery): Promise<void> {
  const over = new AbortController();
  const counter = new AnswerCounter();
  const bounds = new Bounds(query.wholeMs);
  const file = await open(query.answerFile, 'w');
  const socket = new Socket({ signal: query.signal });
  socket.on('error', () => undefined); // readers get the error; the census may be stopped before anyone reads
  const idleMs = query.idleMs ?? IDLE_MS;
  socket.setTimeout(idleMs, () => socket.destroy(broken(query, `hung: nothing heard for ${idleMs / 1000} s`)));
  socket.connect(query.port, query.server);
  let answered = 0;
  const asking = ask(socket, query.addresses, { bounds, counter, over: over.signal }).catch((cause: unknown) => {
    if (over.signal.aborted) return null;
    socket.destroy(cause instanceof Error ? cause : new Error(String(cause)));
    return null;
  });
  try {
    for await (const chunk of socket) {
      const bytes = Buffer.from(chunk);
      await file.appendFile(bytes);
      answered = counter.add(bytes.toString('latin1'));
      query.onAnswered(answered);
      const passed = bounds.passed(bytes, counter.unended);
      if (passed !== null) throw broken(query, passed);
    }
  } catch (cause) {
    if (query.signal.aborted || cause instanceof CensusError) throw cause;
    throw broken(query, `broke the connection (${cause instanceof Error ? cause.message : cause})`, cause);
  } finally {
    over.abort();
    await file.close();
    socket.destroy();
  }
  const asked = await asking;
  if (asked === null)
    throw broken(query, `closed the connection after ${answered} answers, before it had all questions`);
  if (answered < asked) throw broken(query, `closed the connection after ${answered} of ${asked} questions`);
}
