import { Classification } from '../../../../orchestrator/schemas/lists.ts';
import type { HandshakeRecord } from '../../../../orchestrator/schemas/records/handshake.ts';
import type { ScanRecord } from '../../../../orchestrator/schemas/records/scan.ts';
import { connected, scanned } from '../records.ts';

/** Random evidence of all shapes that the rules tell apart, small enough that hosts often differ in one thing only. */

/** Numbers from 0 to 1, the same for the same seed. */
export function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return (state >>> 8) / 2 ** 24;
  };
}

/** Lab addresses are global; the others are private, for documentation, and global. */
const networks = [
  '198.18.3.',
  '198.18.3.',
  '198.18.3.',
  '10.1.2.',
  '198.51.100.',
  '9.9.9.',
  '2001:db8::',
  'fc00::',
  '2a00:1450::',
];
const words = [
  'v1',
  'v1',
  'v0',
  'v0',
  'port2',
  'grease',
  'canary',
  'join',
  'plain',
  'connection',
  'strange',
  'strange one',
];
/** What a SYN of a known word asks for. */
const versions: Readonly<Record<string, (number | null)[]>> = {
  v1: [1],
  v0: [0],
  port2: [1],
  grease: [15],
  canary: [1],
  join: [null],
  plain: [null],
  connection: [1],
};
const quiet = [null, '020405b40402080a000000010000000201030307', '0101', '020405b40000', ''];
/** Areas that are not as quiet as the other fields of their record say. */
const loudAreas = ['1e0c0101a1b2c3d4e5f60718', 'fd04beef', '0204', '0200', '020405b41e040101', '130a0001020304050607'];
const options = [
  ['1e040101'],
  ['1e0c0101a1b2c3d4e5f60718'],
  ['1e0c01015a5b5c5d5e5f6061'],
  ['1e0c00015a5b5c5d5e5f6061'],
  ['1e0c00011020304050607080'],
  ['1e030101'],
  ['1e048001'],
];
const bare: Classification[] = ['synack_no_option', 'synack_no_option', 'rst', 'icmp_unreachable', 'mp_tcprst'];

function at<T>(from: readonly T[], place: number): T {
  const found = from.find((_, index) => index === Math.floor(place * from.length));
  if (found === undefined) throw new Error('nothing to choose from');
  return found;
}

/** What a host that shows something shows it by. */
const louds = ['options', 'faults', 'area', 'all'] as const;
type Loud = (typeof louds)[number];

export interface Heap {
  scan: ScanRecord[];
  handshake: HandshakeRecord[];
}

/** @param loudness share of hosts that may show something of MPTCP */
export function heapOf(seed: number, hosts: number, loudness: number): Heap {
  const random = randomOf(seed);
  const one = <T>(from: readonly T[]): T => at(from, random());
  const often = (share: number) => random() < share;

  function replyOf(address: string, port: number, loud: Loud | null): ScanRecord {
    const probe = one(words);
    const shows = (loud === 'options' || loud === 'all') && often(0.5);
    const number = one(['00000001', '00000002', null]);
    const mptcp = shows ? one(options) : [];
    const area = shows ? one([null, `020405b4${mptcp.join('')}`]) : one(quiet);
    return scanned(address, mptcp, {
      port,
      probe,
      classification: shows ? one(Classification.options) : one(bare),
      sent_version: one(versions[probe] ?? [0, 1, 15, null]),
      source_port: often(0.1) ? null : often(0.6) ? 40_001 : 40_002 + Math.floor(random() * 1000),
      ack: number,
      seq: one(['0000000a', '0000000a', '0000000b', null]),
      sent_key: one([null, '1020304050607080', 'a1b2c3d4e5f60718']),
      sent_option: one([null, '1e040101', '1e0c00011020304050607080']),
      faults: (loud === 'faults' || loud === 'all') && often(0.5) ? [one(['truncated', 'canary_returned'])] : [],
      tcp_options: (loud === 'area' || loud === 'all') && often(0.5) ? one(loudAreas) : area,
      window: one([0, 65_160]),
      ip_id: one([0, 54_321]),
      rtt_us: one([212, null]),
      rtt_us_missing: one(['not_returned', 'not_applicable']),
      received_at: `2026-01-01T00:00:0${one(['1', '2', '3'])}.000000Z`,
    });
  }

  const heap: Heap = { scan: [], handshake: [] };
  for (let host = 0; host < hosts; host++) {
    const address = `${one(networks)}${(host % 250) + 1}`;
    const port = 1 + Math.floor(host / 250) * 10 + Math.floor(random() * 9);
    const loud = often(loudness) ? one(louds) : null;
    const known = heap.scan.some((record) => record.address === address && record.port === port);
    if (known) continue;
    for (let left = 1 + Math.floor(random() * 4); left > 0; left--) heap.scan.push(replyOf(address, port, loud));
    if (often(0.1)) {
      const hmac = one(['valid', 'invalid'] as const);
      const announced = often(0.5) ? [{ address: '198.18.5.77', scope: 'global' as const }] : [];
      const connection = connected(address, announced, {
        port,
        connected: often(0.8),
        fallback: one([true, false, null]),
        mp_join_verified: one([0, 1]),
        synack_option: one([null, '1e0c0101a1b2c3d4e5f60718', '1e040101']),
      });
      heap.handshake.push({ ...connection, announced: connection.announced.map((other) => ({ ...other, hmac })) });
    }
  }
  return heap;
}
