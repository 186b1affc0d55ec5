import type { ScanRecord } from '../schemas/records/scan.ts';
import { classify } from './classify.ts';

type KeyEvidence = Pick<ScanRecord, 'address' | 'port' | 'probe' | 'options_mptcp' | 'sent_version'>;

const zero = '0'.repeat(16);

/**
 * Finds keys that are constant over targets or probes: a real key is drawn for one connection (RFC 8684, 3.1), so the
 * same 64 bits in replies to two different SYNs come from a box with a fixed answer. Give it every reply of a scan, then
 * judge. Memory grows with the number of different keys received, not with the number of hosts.
 */
export class ConstantKeys {
  readonly #firstSeen = new Map<string, string>();
  readonly #constant = new Set<string>();

  add({ address, port, probe, options_mptcp, sent_version }: KeyEvidence): void {
    if (options_mptcp.length === 0) return;
    const area = Buffer.from(options_mptcp.join(''), 'hex');
    const sent = { probe, version: sent_version, option: null, key: null, canary: null };
    const { key } = classify(sent, { rst: false, area, truncated: false });
    if (key === null || key === zero) return;
    const reply = `${address} ${port} ${probe}`;
    const first = this.#firstSeen.get(key);
    if (first === undefined) this.#firstSeen.set(key, reply);
    else if (first !== reply) this.#constant.add(key);
  }

  /** Keys seen in more than one reply so far; pass it to judgeHost once all are in. */
  get keys(): ReadonlySet<string> {
    return this.#constant;
  }
}
