import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { End, Packet } from '../../../orchestrator/connection/packet.ts';
import { A, capable, client, dss, handshake, packet, S, SA, server, summary } from './packets.ts';

/** Connections on which a box or a second backend answers, or a side gives MPTCP up in its own way. */

const test = suite('connection through boxes');

const up: [End, End] = [client, server];
const down: [End, End] = [server, client];
const whole = handshake(0, up, 1000, [capable.syn, capable.synack, capable.third]);
const talk = packet(10, down, A, 8001, dss, { length: 100 });
/** The same SYN/ACK again, with another option. */
const again = (option: string) => packet(1, down, SA, 8000, option, { acknowledgement: 1001 });
const answered = (options: string[], third: string) => [
  packet(0, up, S, 1000, capable.syn),
  ...options.map(again),
  packet(2, up, A, 1001, third, { acknowledgement: 8001 }),
];
/** A mapping to 100 of the subflow's first byte, with a DATA_ACK; the same of no length is infinite (RFC 8684, 3.3.1). */
const mapped = '1e12200500000001000000640000000100';
/** A DATA_ACK of four bytes; a data sequence number of eight, and what stands behind it. */
const acks = '1e082001';
const maps = '1e12200c';
const rest = '000000010032';
const infinite = (at: number, ends: [End, End], sequence: number) =>
  packet(at, ends, A, sequence, `${mapped}00`, { length: 50 });
const many = Array.from({ length: 100 }, (_, at) => packet(10 + at, down, A, 8001 + 100 * at, dss, { length: 100 }));

const by = 'connection by 198.18.0.1';
const cases: [fact: string, packets: Packet[], expected: string[]][] = [
  [
    'a SYN/ACK that was sent again without the option, and taken',
    answered([capable.synack, ''], ''),
    [`${by} vnull fell_back server`],
  ],
  [
    'one that had it the second time, and was not taken',
    answered(['', capable.synack], ''),
    [`${by} vnull fell_back server`],
  ],
  [
    'one that had it the second time, and was taken',
    [...answered(['', capable.synack], capable.third), talk],
    [`${by} v1 mptcp`],
  ],
  [
    'one of another version, sent again with ours, and taken',
    [...answered([`1e0c0001${'5'.repeat(16)}`, capable.synack], capable.third), talk],
    [`${by} v1 mptcp`],
  ],
  [
    'a SYN/ACK without the option behind the third ACK was not taken',
    [...whole.slice(0, 2), packet(2, up, A, 1001), { ...again(''), at_us: 3 }],
    [`${by} v1 fell_back client`],
  ],
  [
    "another option in front of the SYN/ACK's MP_CAPABLE",
    [...answered([`1e03500101${capable.synack}`], capable.third), talk],
    [`${by} v1 mptcp`],
  ],
  [
    'a box that returns our DSS speaks no MPTCP',
    [...whole, packet(5, up, A, 1001, dss, { length: 9 }), packet(6, down, A, 8001, dss, { length: 9 })],
    [`${by} v1 unknown`],
  ],
  [
    'a box that returns our DSS before a server that has its own',
    [
      ...whole,
      packet(5, up, A, 1001, dss),
      packet(6, down, A, 8001, dss),
      packet(7, down, A, 8001, '1e082001c38765c6'),
    ],
    [`${by} v1 mptcp`],
  ],
  [
    'a DSS with numbers that no key has',
    [...whole, packet(6, down, A, 8001, '1e0820010000000a')],
    [`${by} v1 unknown`],
  ],
  ['a DSS without any number', [...whole, packet(6, down, A, 8001, '1e042000')], [`${by} v1 unknown`]],
  [
    'our DSS with a byte changed',
    [...whole, packet(5, up, A, 1001, `${acks}7a8dc02e`), packet(6, down, A, 8001, `${acks}7a8dc12e`)],
    [`${by} v1 unknown`],
  ],
  [
    'a mapping whose data sequence number is of eight bytes and of the server',
    [...whole, packet(6, down, A, 8001, `${maps}a896f3fe7a8dc02e${rest}`, { length: 50 })],
    [`${by} v1 mptcp`],
  ],
  [
    'a mapping whose data sequence number is one before the first',
    [...whole, packet(6, down, A, 8001, `${maps}a896f3fe7a8dc02d${rest}`, { length: 50 })],
    [`${by} v1 unknown`],
  ],
  [
    'a mapping with the numbers of the client',
    [...whole, packet(6, down, A, 8001, `${maps}ee83a616c38765c5${rest}`, { length: 50 })],
    [`${by} v1 unknown`],
  ],
  [
    'a DATA_ACK that fits and a mapping that does not',
    [...whole, packet(6, down, A, 8001, `1e16200dc38765c50000000000000064${rest}`, { length: 50 })],
    [`${by} v1 unknown`],
  ],
  ['an infinite mapping of the server', [...whole, talk, infinite(12, down, 8101)], [`${by} v1 fell_back server`]],
  ['an infinite mapping of the client', [...whole, talk, infinite(12, up, 1001)], [`${by} v1 fell_back client`]],
  [
    'an infinite mapping behind many segments',
    [...whole, ...many, infinite(200, down, 18_001)],
    [`${by} v1 fell_back server`],
  ],
  [
    'a DATA_FIN without data is no infinite mapping',
    [...whole, talk, packet(12, down, A, 8101, '1e1220150000000100000064000000000000')],
    [`${by} v1 mptcp`],
  ],
];

for (const [fact, packets, expected] of cases) test(fact, () => assert.equal(summary(packets), expected));

test.run();
