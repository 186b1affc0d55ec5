import { Reject } from '../core/tool.ts';
import { KIND, tcpOptions } from '../mptcp/tcp-options.ts';
import { Classification } from '../schemas/lists.ts';
import type { Verdict } from '../schemas/records/hosts.ts';
import type { JudgeRecord } from '../schemas/records/judge.ts';
import type { ScanRecord } from '../schemas/records/scan.ts';
import { keyFactOf, type ScanEvidence, shownBy, synOf } from './answers.ts';
import { type Endpoint, Replies } from './gather/replies.ts';
import { KeyTraces, type SharedTraces } from './keys.ts';
import { probeNamed } from './probes.ts';
import { judgeHost } from './verdict.ts';

const none: string[] = [];

/** Texts that are the same for most hosts, held once: each line that is parsed brings its own copy. */
class Texts {
  readonly #known = new Map<string, string>();

  one(text: string): string {
    const known = this.#known.get(text);
    if (known !== undefined) return known;
    if (this.#known.size < 1000) this.#known.set(text, text);
    return text;
  }
}

/**
 * What a verdict reads of a reply. An option area that can be walked to its end without a canary says no more than its
 * options of kind 30 and is dropped for them; without any of these, what we sent has nothing to be compared with.
 */
function evidenceOf(reply: ScanRecord, texts: Texts): ScanEvidence {
  const area = reply.tcp_options ?? reply.options_mptcp.join('');
  const options = [...tcpOptions(Buffer.from(area, 'hex'))];
  const own = options.flatMap(({ kind, bytes }) => (kind === KIND.MPTCP ? bytes.toString('hex') : []));
  const told = options.every(({ kind, fault }) => fault === null && kind !== KIND.CANARY);
  const bare = own.length === 0 && told;
  return {
    probe: texts.one(reply.probe),
    source_port: reply.source_port,
    seq: reply.seq,
    ack: reply.ack,
    classification: Classification.enum[reply.classification],
    sent_version: reply.sent_version,
    sent_key: reply.sent_key,
    sent_option: bare ? null : reply.sent_option,
    sent_seq: bare ? null : reply.sent_seq,
    sent_tsval: bare ? null : reply.sent_tsval,
    sent_window: bare ? null : reply.sent_window,
    sent_ip_id: bare ? null : reply.sent_ip_id,
    sent_options_order: bare || reply.sent_options_order === null ? null : texts.one(reply.sent_options_order),
    options_mptcp: own.length === 0 ? none : own,
    tcp_options: bare ? null : area,
    options_order: reply.options_order === null ? null : texts.one(reply.options_order),
    window: reply.window,
    ip_id: bare ? null : reply.ip_id,
    faults: reply.faults.length === 0 ? none : reply.faults,
    received_at: reply.received_at,
  };
}

/** Adds the key of a reply, if it has one, to those of the run. */
export function traceKey(traces: KeyTraces, reply: ScanEvidence & { address: string; port: number }): void {
  if (reply.options_mptcp.length === 0) return;
  const fact = keyFactOf(reply, shownBy(reply));
  if (fact !== null) traces.add(`${reply.address} ${reply.port} ${synOf(reply)}`, fact);
}

/** What is known of a judgement while it is made. */
export interface JudgeOptions {
  /** Gives a folder of this process alone, always the same, for more replies than memory should hold. Absent: all are held. */
  folder?: () => string;
  /** Called now and then. */
  progress?: (phase: 'lines read' | 'endpoints judged', count: number) => void;
  /** Replies, and keys, held before they go to disk. */
  mostHeld?: number;
}

const progressEvery = 10_000;

type Parse = (line: string) => ScanRecord | Reject;
type OnReject = (line: string, reason: string, number: number) => void;

/** What replies alone tell of one address and port. */
export interface JudgedEndpoint extends Endpoint {
  /** null: no reply was to a probe of this version. */
  v1: Verdict | null;
  v0: Verdict | null;
}

/**
 * Verdicts from the prober's own output, without a run folder, in the order of each endpoint's first reply. Lines that are no replies
 * go to `onReject` with their number, and the rest goes on.
 *
 * Nothing is said before the last line is read: which keys are related over targets shows only then, and replies of one
 * host lie far apart. Until then replies lie in memory, or past some number sorted on disk (gather/), and keys likewise (keys.ts).
 *
 * @param parse one line of the prober's output as a record, or why it is none
 */
export async function* judgeEndpoints(
  lines: AsyncIterable<string>,
  parse: Parse,
  onReject: OnReject,
  { folder, progress, mostHeld }: JudgeOptions = {},
): AsyncGenerator<JudgedEndpoint> {
  const traces = new KeyTraces(folder, mostHeld);
  const replies = new Replies(folder, mostHeld);
  const texts = new Texts();
  try {
    let read = 0;
    for await (const line of lines) {
      read += 1;
      if (read % progressEvery === 0) progress?.('lines read', read);
      if (line.trim() === '') continue;
      const reply = parse(line);
      if (reply instanceof Reject) {
        onReject(line, reply.reason, read);
        continue;
      }
      traceKey(traces, reply);
      const { address, port, rtt_us } = reply;
      await replies.add({ address, port, rtt_us, evidence: evidenceOf(reply, texts) });
    }
    const sharedTraces = traces.related();
    let judged = 0;
    for await (const endpoint of replies.endpoints()) {
      judged += 1;
      if (judged % progressEvery === 0) progress?.('endpoints judged', judged);
      yield judgeEndpoint(endpoint, sharedTraces);
    }
  } finally {
    traces.close();
    await replies.close();
  }
}

function judgeEndpoint(endpoint: Endpoint, sharedTraces: SharedTraces): JudgedEndpoint {
  const scans = endpoint.replies;
  const asked = new Set(scans.map(({ probe, sent_version }) => probeNamed(probe, sent_version).asks));
  const claim = (version: 0 | 1) =>
    asked.has(version) ? judgeHost({ version, scans, handshake: null, sharedTraces, scope: null }) : null;
  return { ...endpoint, v1: claim(1), v0: claim(0) };
}

/** The same as one record per address, port and version that any reply was about. */
export async function* judgeReplies(
  lines: AsyncIterable<string>,
  parse: Parse,
  onReject: OnReject,
  options: JudgeOptions = {},
): AsyncGenerator<JudgeRecord> {
  for await (const endpoint of judgeEndpoints(lines, parse, onReject, options)) yield* recordsOf(endpoint);
}

/** The verdicts of one endpoint as `judge` prints them. */
export function recordsOf({ address, port, v1, v0 }: JudgedEndpoint): JudgeRecord[] {
  const of = (version: 0 | 1, verdict: Verdict | null) =>
    verdict === null ? [] : [{ address, port, version, ...verdict }];
  return [...of(1, v1), ...of(0, v0)];
}
