import { RowSorter } from '../core/sort/row-sorter.ts';
import { Reject } from '../core/tool.ts';
import { hexKey } from '../mptcp/hex-options.ts';
import { KIND } from '../mptcp/tcp-options.ts';
import type { Verdict } from '../schemas/records/hosts.ts';
import type { JudgeRecord } from '../schemas/records/judge.ts';
import type { ScanRecord } from '../schemas/records/scan.ts';
import { keyFactOf, type ScanEvidence, synOf } from './answers.ts';
import { mostPacked, Packer, Unpacker } from './gather/packed.ts';
import { type Endpoint, Replies } from './gather/replies.ts';
import { KeyTraces } from './keys.ts';
import { type Pair, Pairs } from './pairs.ts';

const mptcpKind = KIND.MPTCP.toString(16);

/** Adds the key of a reply of this endpoint, if it has one, to those of the run. */
export function traceKey(
  traces: KeyTraces,
  { address, port }: Pick<ScanRecord, 'address' | 'port'>,
  reply: ScanEvidence,
): void {
  const area = reply.tcp_options ?? reply.options_mptcp.join('');
  // Without a byte of that kind there is nothing to walk, and an ICMP error has no options of its own.
  if (!area.includes(mptcpKind) || reply.classification.startsWith('icmp_')) return;
  const fact = keyFactOf(reply, { key: hexKey(area) });
  if (fact !== null) traces.add(`${address} ${port} ${synOf(reply)}`, fact);
}

/** Settings of a judgement. */
export interface JudgeOptions {
  /** Gives a folder of this process alone, always the same, for more replies than memory should hold. Absent: all are held. */
  folder?: () => string;
  /** Called from time to time. */
  progress?: (phase: 'lines read' | 'endpoints judged', count: number) => void;
  /** Replies, and keys, held before they go to disk. */
  mostHeld?: number;
}

const progressEvery = 10_000;
/** Bytes of replies, or of endpoints, held before they go to disk: some 150,000 replies. */
const mostBytes = 32 << 20;
/** Endpoints handed on at a time. */
const together = 500;
const numbersOfRow = 3;

type Parse = (line: string) => ScanRecord | Reject;
type OnReject = (line: string, reason: string, number: number) => void;

/** What replies alone show about one address and port. */
export interface JudgedEndpoint
  extends Pair,
    Pick<Endpoint, 'address' | 'port' | 'syn_rtt_us' | 'first_reply_at' | 'last_reply_at'> {
  /** Number of its pair of verdicts. */
  pair: number;
}

function sorterFor(name: string, { folder, mostHeld }: JudgeOptions): RowSorter {
  if (folder === undefined) return new RowSorter(() => '', Number.POSITIVE_INFINITY);
  return new RowSorter(() => `${folder()}/${name}`, mostBytes, mostHeld);
}

/** Endpoints in the order of their first replies, which is not the one in which they are judged. */
class InOrder {
  readonly #sorter: RowSorter;
  readonly #packer = new Packer();

  constructor(sorter: RowSorter) {
    this.#sorter = sorter;
  }

  add({ address, port, first, syn_rtt_us, first_reply_at, last_reply_at }: Endpoint, pair: number): void {
    const sorter = this.#sorter;
    sorter.room(mostPacked(numbersOfRow, address, first_reply_at, last_reply_at));
    const packer = this.#packer.begin(sorter.bytes, sorter.used);
    packer.number(port).number(pair).number(syn_rtt_us).text(address).text(first_reply_at).text(last_reply_at);
    sorter.take(String(first).padStart(16, '0'), 0, packer.at);
  }

  *endpoints(pairs: Pairs): Generator<JudgedEndpoint> {
    const unpacker = new Unpacker();
    for (const { bytes, from } of this.#sorter.sorted()) {
      const row = unpacker.begin(bytes, from);
      const [port, pair, syn_rtt_us] = [row.number(), row.number(), row.numberOrNull()];
      const [address, first_reply_at, last_reply_at] = [row.text(), row.text(), row.text()];
      yield { address, port, syn_rtt_us, first_reply_at, last_reply_at, pair, ...pairs.at(pair) };
    }
  }
}

/**
 * Verdicts from the prober's own output, without a run folder, in the order of each endpoint's first reply, some at a time. Lines that
 * are no replies go to `onReject` with their number, and the rest goes on.
 *
 * Nothing is said before the last line is read: which keys are related over targets shows only then, and replies of one host lie far
 * apart. Until then what is read of them lies in memory, or past some number sorted on disk (gather/), and keys likewise (keys.ts).
 *
 * @param batches lines of the prober's output
 * @param parse one line as a record, or why it is none
 */
export async function* judgeEndpoints(
  batches: AsyncIterable<readonly string[]>,
  parse: Parse,
  onReject: OnReject,
  options: JudgeOptions = {},
): AsyncGenerator<JudgedEndpoint[]> {
  const { progress } = options;
  const traces = new KeyTraces(options.folder, options.mostHeld);
  try {
    const replies = new Replies(sorterFor('replies', options));
    let read = 0;
    for await (const lines of batches) {
      for (const line of lines) {
        read += 1;
        if (read % progressEvery === 0) progress?.('lines read', read);
        if (line.trim() === '') continue;
        const reply = parse(line);
        if (reply instanceof Reject) onReject(line, reply.reason, read);
        else {
          traceKey(traces, reply, reply);
          replies.add(reply);
        }
      }
    }
    const pairs = new Pairs(traces.related());
    const ordered = new InOrder(sorterFor('endpoints', options));
    let judged = 0;
    for (const endpoint of replies.endpoints()) {
      judged += 1;
      if (judged % progressEvery === 0) progress?.('endpoints judged', judged);
      ordered.add(endpoint, pairs.numberOf(endpoint));
    }
    let some: JudgedEndpoint[] = [];
    for (const endpoint of ordered.endpoints(pairs)) {
      if (some.push(endpoint) < together) continue;
      yield some;
      some = [];
    }
    yield some;
  } finally {
    traces.close();
  }
}

/** The same as one record per address, port and version that any reply was about. */
export async function* judgeReplies(
  lines: AsyncIterable<string>,
  parse: Parse,
  onReject: OnReject,
  options: JudgeOptions = {},
): AsyncGenerator<JudgeRecord> {
  async function* batches() {
    for await (const line of lines) yield [line];
  }
  for await (const endpoints of judgeEndpoints(batches(), parse, onReject, options)) {
    for (const { address, port, v1, v0 } of endpoints) {
      if (v1 !== null) yield { address, port, version: 1, ...v1 };
      if (v0 !== null) yield { address, port, version: 0, ...v0 };
    }
  }
}

const texts = new WeakMap<Verdict, string>();

/** A verdict as JSON without its opening brace. */
function restOf(verdict: Verdict): string {
  const known = texts.get(verdict);
  if (known !== undefined) return known;
  const text = JSON.stringify(verdict).slice(1);
  texts.set(verdict, text);
  return text;
}

/** These records as lines of JSON. A verdict is written once for all that have it. */
export function* linesOf({ address, port, v1, v0 }: JudgedEndpoint): Generator<string> {
  const whose = `{"address":${JSON.stringify(address)},"port":${port},"version":`;
  if (v1 !== null) yield `${whose}1,${restOf(v1)}`;
  if (v0 !== null) yield `${whose}0,${restOf(v0)}`;
}
