import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { End, Packet } from '../../../orchestrator/connection/packet.ts';
import { joinHmac, token } from '../../../orchestrator/mptcp/keys.ts';
import { A, capable, client, dss, handshake, packet, R, S, SA, second, server, summary, v0 } from './packets.ts';

const test = suite('connection');

const up: [End, End] = [client, server];
const down: [End, End] = [server, client];
const whole = handshake(0, up, 1000, [capable.syn, capable.synack, capable.third]);
const talk = packet(10, down, A, 8001, dss, { length: 100 });
const plain = packet(10, down, A, 8001, '', { length: 100 });
const join = [
  packet(20, [second, server], S, 5000, `1e0c1002${v0.token}96a3c294`),
  packet(21, [server, second], SA, 6000, '1e10100184037deda67a454c0f0cc049', { acknowledgement: 5001 }),
];
/** The server of a v0 connection joins towards its client: keys the other way round. */
const backwards = joinHmac({ key: v0.client, nonce: '0f0cc049' }, { key: v0.server, nonce: '96a3c294' }, 0).slice(
  0,
  16,
);
const home: [End, End] = [
  { address: server.address, port: 50_000 },
  { address: client.address, port: 50_001 },
];
const back = [
  packet(30, home, S, 5000, `1e0c1002${token(v0.client, 0)}96a3c294`),
  packet(31, [home[1], home[0]], SA, 6000, `1e101001${backwards}0f0cc049`, { acknowledgement: 5001 }),
];
const zero = handshake(0, up, 1000, [capable.syn0, capable.synack0, capable.third0]);
const six: [End, End] = [
  { address: '2001:db8::1', port: 40000 },
  { address: '2001:db8::2', port: 80 },
];
const loop: [End, End] = [
  { address: '127.0.0.1', port: 80 },
  { address: '127.0.0.1', port: 40000 },
];
const self: [End, End] = [loop[0], loop[0]];
const cutSyn = packet(0, up, S, 1000, '', { options_length: 20 });
const bare = [
  packet(0, up, S, 1000, capable.syn),
  packet(1, down, SA, 8000, '', { acknowledgement: 1001, options_length: 24 }),
];

const by = 'connection by 198.18.0.1';
const cases: [fact: string, packets: Packet[], expected: string[]][] = [
  ['a whole v1 connection', [...whole, talk], [`${by} v1 mptcp`]],
  ['packets of a file in the wrong order', [talk, ...whole.toReversed()], [`${by} v1 mptcp`]],
  ['every packet twice, as -i any sees it', [...whole, talk].flatMap((one) => [one, one]), [`${by} v1 mptcp`]],
  ['nothing but data: nobody knows who opened it', [plain], ['unknown by nobody vnull unknown']],
  ['DSS from the middle on is MPTCP of an unknown version', [talk], ['unknown by nobody vnull mptcp']],
  ['a SYN/ACK alone tells who was asked, not what was offered', whole.slice(1, 2), [`${by} v1 unknown`]],
  [
    'a SYN/ACK without the option and without its SYN is no fallback',
    [packet(1, down, SA, 1)],
    [`unknown by 198.18.0.1 vnull unknown`],
  ],
  ['a third ACK alone tells opener and version', whole.slice(2), [`${by} v1 unknown`]],
  ['the server leaves the option out', handshake(0, up, 1, [capable.syn]), [`${by} vnull fell_back server`]],
  [
    'the client leaves it out of the third ACK',
    handshake(0, up, 1, [capable.syn, capable.synack]),
    [`${by} v1 fell_back client`],
  ],
  ['the server sends data without DSS', [...whole, plain], [`${by} v1 fell_back server`]],
  ['nothing follows the handshake', whole, [`${by} v1 unknown`]],
  ['nobody asked for MPTCP', handshake(0, up, 1, []), [`${by} vnull not_offered`]],
  [
    'a later SYN without the option is the answered one',
    [packet(-9, up, S, 1000, capable.syn), ...handshake(0, up, 1000, [])],
    [`${by} vnull fell_back client`],
  ],
  [
    'a SYN cut off within its options',
    [cutSyn, ...handshake(0, up, 1000, []).slice(1)],
    [`unknown by 198.18.0.1 vnull unknown`],
  ],
  ['a SYN/ACK cut off within its options', bare, [`${by} vnull unknown`]],
  [
    'a third ACK says what its cut SYN/ACK does not',
    [
      ...whole.slice(0, 1),
      packet(1, down, SA, 8000, '', { acknowledgement: 1001, options_length: 12 }),
      ...whole.slice(2),
      plain,
    ],
    [`${by} v1 fell_back server`],
  ],
  [
    'a reused port in a file in the wrong order',
    [...whole, talk, packet(11, up, R, 1001), ...handshake(100, up, 2_000_000_000, [capable.syn])].toReversed(),
    [`connection by 198.18.0.1 v1 mptcp`, `connection by 198.18.0.1 vnull fell_back server`],
  ],
  [
    'a late packet of the first connection says nothing of the second',
    [
      ...whole,
      ...handshake(100, up, 2_000_000_000, [capable.syn, capable.synack, capable.third]),
      packet(200, down, A, 8200, dss),
    ],
    [`${by} v1 mptcp`, `${by} v1 unknown`],
  ],
  [
    'a late SYN/ACK belongs to the SYN that it acknowledges',
    [
      packet(0, up, S, 3_000_000_000, capable.syn),
      packet(1, up, S, 1000, capable.syn),
      packet(2, down, SA, 7, capable.synack, { acknowledgement: 3_000_000_001 }),
    ],
    [`${by} v1 unknown`, `${by} vnull unknown`],
  ],
  [
    'a subflow that the server of the connection opened',
    [...zero, ...back],
    [`${by} v0 unknown`, 'subflow by 198.18.0.2 v0 mptcp verified of known'],
  ],
  [
    'a third ACK cut off within its options',
    [...whole.slice(0, 2), packet(2, up, A, 1001, '', { options_length: 20 })],
    [`${by} v1 unknown`],
  ],
  [
    'plain data after MP_FAIL',
    [
      ...whole,
      talk,
      packet(12, down, A, 8101, `1e0c6000${'0'.repeat(16)}`),
      packet(13, down, A, 8101, '', { length: 9 }),
    ],
    [`${by} v1 fell_back server`],
  ],
  [
    'plain data after MP_FAIL, however many segments came before it',
    [
      ...whole,
      ...Array.from({ length: 100 }, (_, at) => packet(10 + at, down, A, 8001 + 100 * at, dss, { length: 100 })),
      packet(200, up, A, 1001, `1e0c6000${'0'.repeat(16)}`),
      packet(201, down, A, 18_001, '', { length: 9 }),
    ],
    [`${by} v1 fell_back server`],
  ],
  [
    'DSS behind many segments that only acknowledge',
    [
      ...whole,
      ...Array.from({ length: 100 }, (_, at) => packet(10 + at, down, A, 8001)),
      packet(200, down, A, 8001, dss, { length: 100 }),
    ],
    [`${by} v1 mptcp`],
  ],
  [
    'plain data behind many segments that only acknowledge',
    [
      ...whole,
      ...Array.from({ length: 100 }, (_, at) => packet(10 + at, down, A, 8001)),
      packet(200, down, A, 8001, '', { length: 100 }),
    ],
    [`${by} v1 fell_back server`],
  ],
  ['a SYN without answer', whole.slice(0, 1), [`${by} vnull unknown`]],
  ['IPv6', handshake(0, six, 1, [capable.syn]), ['connection by 2001:db8::1 vnull fell_back server']],
  [
    'one address for both, and the client has the lower port',
    handshake(0, loop, 1, [capable.syn]),
    ['connection by 127.0.0.1 vnull fell_back server'],
  ],
  ['one address and one port for both', [packet(0, self, S, 1, capable.syn)], ['connection by nobody vnull unknown']],
  [
    'both send SYNs',
    [packet(0, up, S, 1, capable.syn), packet(1, down, S, 2, capable.syn)],
    ['connection by nobody vnull unknown'],
  ],
  [
    'a port used again after a RST, with a late packet of the first',
    [
      ...whole,
      talk,
      packet(11, up, R, 1001),
      ...handshake(100, up, 2_000_000_000, [capable.syn]),
      packet(200, down, A, 8200, dss),
    ],
    [`${by} v1 mptcp`, `${by} vnull fell_back server`],
  ],
  [
    'a SYN again with another number',
    [packet(-9, up, S, 3_000_000_000, capable.syn), ...whole, talk],
    [`${by} vnull unknown`, `${by} v1 mptcp`],
  ],
  [
    'v0 beside v1',
    [...zero, ...handshake(5, [{ ...client, port: 40009 }, server], 9, [capable.syn, capable.synack, capable.third])],
    [`${by} v0 unknown`, `${by} v1 unknown`],
  ],
  [
    'a v0 subflow before its connection, checked with SHA-1',
    [...join.map((one) => ({ ...one, at_us: one.at_us - 50 })), ...zero],
    ['subflow by 198.18.1.1 v0 mptcp verified of known', `${by} v0 unknown`],
  ],
  ['a subflow of a connection that was not captured', join, ['subflow by 198.18.1.1 vnull mptcp accepted of unknown']],
  ['a subflow without answer', join.slice(0, 1), ['subflow by 198.18.1.1 vnull unknown none of unknown']],
  [
    'two connections with one token: neither is said to be the one',
    [
      ...zero,
      ...handshake(5, [{ ...client, port: 40009 }, server], 9, [capable.syn0, capable.synack0, capable.third0]),
      ...join,
    ],
    [`${by} v0 unknown`, `${by} v0 unknown`, 'subflow by 198.18.1.1 vnull mptcp accepted of unknown'],
  ],
];

for (const [fact, packets, expected] of cases) test(fact, () => assert.equal(summary(packets), expected));

test.run();
