import type { HandshakeEvidence, ScanEvidence } from '../../../orchestrator/evidence/answers.ts';
import { Classification } from '../../../orchestrator/schemas/lists.ts';
import { randomOf } from '../stages/merge/heaps.ts';

/** Replies near to those of mirrors: our bytes come back whole, in part, or in the answer to another SYN, beside everything that a rule compares. */

export interface Mirror {
  address: string;
  port: number;
  scans: ScanEvidence[];
  handshake: HandshakeEvidence | null;
}

const asks: [probe: string, version: number | null][] = [
  ['v1', 1],
  ['v0', 0],
  ['v0', 0],
  ['port2', 1],
  ['port2v0', 0],
  ['grease', 15],
  ['canary', 1],
  ['join', null],
  ['plain', null],
  ['connection', 1],
  ['word', 0],
];
const zero = '0'.repeat(16);
const full = 'f'.repeat(16);
const quiet = ['', '020405b4', '0402', '0101', '030307', 'fd08112233445566'];

/** @param odd share of values that no mirror has */
export function mirrorsOf(seed: number, hosts: number, odd: number): Mirror[] {
  const random = randomOf(seed);
  const one = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)] as T;
  const often = (share: number) => random() < share;
  const digits = (count: number) => Array.from({ length: count }, () => one([...'0123456789abcdef'])).join('');

  function replyOf(keys: readonly string[], numbers: readonly string[]): ScanEvidence {
    const [probe, version] = one(asks);
    const key = one(keys);
    const [sent_seq, sent_tsval] = [digits(8), digits(8)];
    const strange = [zero, full, one(keys), sent_seq + sent_tsval, `0000000${one([0, 1])}${sent_seq}`, digits(16)];
    const sent_key = often(odd) ? one([null, ...strange]) : version === 0 ? key : null;
    const join = `1e0c1001${digits(16)}`;
    const ours = version === null ? (probe === 'join' ? join : null) : `1e04${version === 15 ? '0f' : `0${version}`}01`;
    const usual = version === 0 ? `1e0c0001${sent_key ?? key}` : ours;
    const sent_option = often(odd) ? one([null, usual, `1e0c0001${one(strange)}`, '1e040101', join]) : usual;
    const returned = () =>
      often(1 - odd)
        ? one([sent_option, sent_option, sent_option, `1e0c0101${zero}`, null])
        : one([
            `1e0c0${one([0, 1])}01${one(strange)}`,
            `1e080001${key.slice(0, 8)}`,
            `1e100001${key}aabbccdd`,
            `1e101001${digits(24)}`,
            `1e0c2001${key}`,
            '1e0441',
            '1e02',
            join,
            sent_option,
          ]);
    const mptcp = Array.from({ length: often(0.9) ? 1 : 2 }, returned).filter((option) => option !== null);
    const time = () => one([sent_tsval, '00000000', digits(8)]);
    const parts = [one(quiet), often(0.7) ? `080a${time()}${time()}` : one(quiet), one(quiet), mptcp.join('')];
    const area = [...parts, often(0.2) ? one(quiet) : '', often(odd / 2) ? one(['00ff', '0201', '1e', '08']) : ''];
    const number = () => one(numbers);
    const sent_ip_id = one([54_321, 54_321, 1, null]);
    const sent_window = one([64_240, 1, null]);
    return {
      probe: often(odd / 9) ? `0${probe}` : probe,
      source_port: often(odd / 3) ? null : one([4000, 40_001, 40_002]),
      seq: often(odd / 3) ? one([null, '']) : number(),
      ack: often(odd / 3) ? null : number(),
      classification: often(0.8) ? 'echoed' : one(Classification.options),
      sent_version: version,
      sent_key,
      sent_option,
      sent_seq: often(0.5) ? sent_seq : null,
      sent_tsval: often(0.5) ? sent_tsval : null,
      sent_window,
      sent_ip_id,
      sent_options_order: one(['mss,ts,mptcp', 'mss,ts,mptcp', null]),
      options_mptcp: often(odd / 3) ? [] : mptcp,
      tcp_options: often(0.2) ? null : area.join(''),
      options_order: one(['mss,ts,mptcp', 'ts,mptcp', null]),
      window: one([0, 1, 2, 64_240, sent_window, 65_160]),
      ip_id: one([0, 1, 2, 54_321, sent_ip_id, 777]),
      faults: often(0.9) ? [] : [one(['canary_returned', 'truncated', 'option_echoed'])],
      received_at: `2026-01-01T00:00:0${one([1, 2, 3, 4, 5])}.000000Z`,
    };
  }

  const connectionOf = (key: string): HandshakeEvidence => ({
    connected: often(0.8),
    syn_option: one(['1e040101', '1e040101', null]),
    synack_option: one([null, null, '1e040101', '', `1e0c0101${zero}`, `1e0c0101${key}`]),
    fallback: one([true, false, null]),
    announced: [],
    mp_join_verified: one([0, 0, 0, 1, 2]),
  });

  return Array.from({ length: hosts }, (_, at) => {
    const keys = [digits(16), digits(16), ...(often(odd) ? [one([zero, full, '1'.repeat(16)])] : [])];
    const numbers = [digits(8), digits(8)];
    return {
      address: `198.18.${at >> 8}.${at & 255}`,
      port: 80,
      scans: Array.from({ length: 1 + Math.floor(random() * 4) }, () => replyOf(keys, numbers)),
      handshake: often(0.3) ? connectionOf(one(keys)) : null,
    };
  });
}
