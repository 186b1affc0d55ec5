import { Reject } from '../core/tool.ts';
import { KIND, tcpOptions } from '../mptcp/tcp-options.ts';
import { Classification } from '../schemas/lists.ts';
import type { JudgeRecord } from '../schemas/records/judge.ts';
import type { ScanRecord } from '../schemas/records/scan.ts';
import { askedVersion, type ScanEvidence } from './facts.ts';
import { ConstantKeys } from './keys.ts';
import { judgeHost } from './verdict.ts';

interface Host {
  address: string;
  port: number;
  replies: ScanEvidence[];
}

const none: string[] = [];

/**
 * What a verdict reads of a reply. An option area that can be walked to its end without a canary says no more than its
 * options of kind 30 and is dropped for them; without any of these, what we sent has nothing to be compared with.
 */
function evidenceOf(reply: ScanRecord): ScanEvidence {
  const area = reply.tcp_options ?? reply.options_mptcp.join('');
  const options = [...tcpOptions(Buffer.from(area, 'hex'))];
  const own = options.flatMap(({ kind, bytes }) => (kind === KIND.MPTCP ? bytes.toString('hex') : []));
  const told = options.every(({ kind, fault }) => fault === null && kind !== KIND.CANARY);
  return {
    probe: reply.probe,
    classification: Classification.enum[reply.classification],
    sent_version: reply.sent_version,
    sent_key: reply.sent_key,
    sent_option: own.length === 0 ? null : reply.sent_option,
    options_mptcp: own.length === 0 ? none : own,
    tcp_options: told ? null : area,
    faults: reply.faults.length === 0 ? none : reply.faults,
  };
}

/** Most replies without an option are equal but for the host: those are held once. */
class SharedEvidence {
  readonly #plain = new Map<string, ScanEvidence>();

  share(evidence: ScanEvidence): ScanEvidence {
    if (evidence.sent_key !== null || evidence.options_mptcp.length > 0 || evidence.tcp_options !== null)
      return evidence;
    const name = JSON.stringify(evidence);
    const known = this.#plain.get(name) ?? evidence;
    this.#plain.set(name, known);
    return known;
  }
}

/**
 * Verdicts from the prober's own output, without a run folder: one record per address, port and version that any reply
 * was about, in the order of the first replies. Lines that are no replies go to `onReject`, and the rest goes on.
 *
 * Nothing is said before the last line is read: which keys are constant over targets shows only then, and replies of one
 * host lie far apart. Held until then is what answered, not what was probed: about 0.5 kB for each address and port
 * (0.3 kB when only v1 was asked), so a scan of 10 million targets of which 1 million answer needs half a gigabyte.
 *
 * @param parse one line of the prober's output as a record, or why it is none
 */
export async function* judgeReplies(
  lines: AsyncIterable<string>,
  parse: (line: string) => ScanRecord | Reject,
  onReject: (line: string, reason: string) => void,
): AsyncGenerator<JudgeRecord> {
  const hosts = new Map<string, Host>();
  const held = new SharedEvidence();
  const constant = new ConstantKeys();
  for await (const line of lines) {
    if (line.trim() === '') continue;
    const reply = parse(line);
    if (reply instanceof Reject) {
      onReject(line, reply.reason);
      continue;
    }
    constant.add(reply);
    const { address, port } = reply;
    const name = `${address} ${port}`;
    const host = hosts.get(name) ?? { address, port, replies: [] };
    hosts.set(name, host);
    host.replies = [...host.replies, held.share(evidenceOf(reply))]; // not push: it would take room for 16 more
  }
  for (const { address, port, replies } of hosts.values()) {
    const asked = new Set(replies.map(askedVersion));
    for (const version of [1, 0] as const) {
      if (!asked.has(version)) continue;
      const evidence = { version, scans: replies, handshake: null, constantKeys: constant.keys, scope: null };
      yield { address, port, version, ...judgeHost(evidence) };
    }
  }
}
