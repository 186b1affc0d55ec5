// runs: behind
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { End, Packet } from '../../../orchestrator/connection/packet.ts';
import { A, capable, client, handshake, packet, R, S, second, server, v1 } from '../connection/packets.ts';
import { readingOf } from './records.ts';
import { mapping, session } from './session-packets.ts';

const test = suite('connections of captures');

const up: [End, End] = [client, server];
const down: [End, End] = [server, client];
const F = 0x11;
const P = 0x18;

/** As several queues of a card hand packets over. */
function neighboursSwapped(packets: Packet[]): Packet[] {
  return packets.flatMap((_, at) => packets[at % 2 === 0 ? Math.min(at + 1, packets.length - 1) : at - 1] ?? []);
}

const sessions: [
  fact: string,
  packets: Packet[],
  functional: boolean | null,
  hmacs: (string | null)[],
  missing: string | null,
][] = [
  ['v1, whole', session(1), true, ['valid', 'valid'], null],
  ['v0, whole', session(0), true, ['valid', 'valid'], null],
  ['opened backwards, by the server', session(1, { backwards: true }), true, ['valid', 'valid'], null],
  ['v1 with a wrong HMAC in the SYN/ACK', session(1, { wrong: 'synack' }), false, ['invalid', 'valid'], null],
  ['v0 with a wrong HMAC in the third ACK', session(0, { wrong: 'ack' }), false, ['valid', 'invalid'], null],
  ['data is not acknowledged on the second', session(1, { unacknowledged: true }), false, ['valid', 'valid'], null],
  ['the third ACK is missing', session(1, { noThird: true }), false, ['valid', 'absent'], null],
  ['neighbouring packets change places', neighboursSwapped(session(1)), true, ['valid', 'valid'], null],
  [
    'the connection is not in the capture',
    session(1).slice(5),
    null,
    ['unverifiable', 'unverifiable'],
    'connection_not_captured',
  ],
  [
    'its third ACK is not, which has the key',
    session(1).toSpliced(2, 1),
    null,
    ['unverifiable', 'unverifiable'],
    'keys_not_captured',
  ],
  [
    'the SYN of the join is not',
    session(1).toSpliced(5, 1),
    null,
    ['unverifiable', 'unverifiable'],
    'nonce_not_captured',
  ],
  [
    'two connections have its token',
    [
      ...handshake(0, [{ ...client, port: 3 }, server], 77_000, [capable.syn, capable.synack, capable.third]),
      ...session(1),
    ],
    null,
    ['unverifiable', 'unverifiable'],
    'two_connections_fit',
  ],
];

test('a session is functional when two subflows verify and data was acknowledged on each', async () => {
  for (const [fact, packets, functional, hmacs, missing] of sessions) {
    const { connections, subflows } = await readingOf(packets);
    const join = subflows.find(({ kind }) => kind === 'join');
    assert.equal([join?.synack_hmac, join?.ack_hmac], hmacs, fact);
    assert.is(join?.hmac_missing, missing, fact);
    const own = connections.find(({ client_port }) => client_port === client.port);
    if (fact.startsWith('the connection is not')) assert.is(own, undefined, fact);
    else if (missing === 'two_connections_fit') assert.is(own?.functional, false, fact);
    else assert.is(own?.functional, functional, fact);
  }
});

test('bytes are counted by the sides of the connection, and data that went twice is told', async () => {
  const twice = [
    ...session(1),
    packet(30, [second, server], P, 5071, mapping(100, 71, 50), { length: 50, acknowledgement: 6001 }),
  ];
  const [one] = (await readingOf(twice)).connections;
  assert.equal(
    [one?.client_bytes, one?.server_bytes, one?.client_data_bytes, one?.client_reinjected_bytes],
    [170, 0, 120, 50],
  );
  const [back] = (await readingOf(session(1, { backwards: true }))).connections;
  assert.equal([back?.client_bytes, back?.server_bytes], [50, 70], 'the subflow was opened by the server');
  assert.equal([back?.client_data_bytes, back?.server_data_bytes], [50, 70]);
  const again = [...session(1), packet(12, up, P, 1001, mapping(100, 1, 50), { length: 50, acknowledgement: 8001 })];
  const { connections, subflows } = await readingOf(again);
  assert.equal(
    [connections[0]?.client_bytes, connections[0]?.client_reinjected_bytes],
    [170, 0],
    'TCP sent it again, MPTCP did not',
  );
  assert.is(subflows.find(({ kind }) => kind === 'initial')?.client_sequence_bytes, 50);
});

/** Data sequence numbers of 64 bits and of 32 beside each other: 100,000 below and above a border of 2^32. */
const wide = (upper: string, lower: string, ssn: number) => `1e14200c${upper}${lower}${hex(ssn)}0032`;
const narrow = (lower: string, ssn: number) => `1e102004${lower}${hex(ssn)}0032`.replace('1e10', '1e0e');
const hex = (n: number) => n.toString(16).padStart(8, '0');

test('data sequence numbers of 32 bits are those next to the ones of 64', async () => {
  const [low, high] = [2 ** 32 - 100, 50];
  const joined = session(1).filter(({ length }) => length === 0);
  const path: [End, End] = [second, server];
  const first = packet(100, up, P, 1001, wide('00000007', hex(low), 1), { length: 50, acknowledgement: 8001 });
  const other = packet(101, path, P, 5001, narrow(hex(high), 1), { length: 50, acknowledgement: 6001 });
  for (const packets of [
    [first, other],
    [other, first],
  ]) {
    const [one] = (await readingOf([...joined, ...packets])).connections;
    assert.equal(
      [one?.client_data_bytes, one?.client_reinjected_bytes],
      [200, null],
      'more than was captured lies between',
    );
  }
});

test('data on the third ACK of v1 counts as data', async () => {
  const third = `1e160101${v1.client}${v1.server}0032`;
  const early = [
    ...handshake(0, up, 1000, [capable.syn, capable.synack, capable.third]),
    packet(5, up, P, 1001, third, { length: 50, acknowledgement: 8001 }),
  ];
  const [alone] = (await readingOf(early)).connections;
  assert.equal([alone?.client_data_bytes, alone?.client_bytes], [50, 50]);
  const more = packet(6, up, P, 1051, mapping(151, 51, 20), { length: 20, acknowledgement: 8001 });
  const [both] = (await readingOf([...early, more])).connections;
  assert.equal([both?.client_data_bytes, both?.client_reinjected_bytes], [70, 0]);
});

test('who said what: MP_FAIL, MP_FASTCLOSE and RSTs by their side and reason', async () => {
  const { connections } = await readingOf([
    ...session(1),
    packet(40, down, A, 8001, '1e0c60000000000000000001', { acknowledgement: 1051 }),
    packet(41, up, A, 1051, `1e0c7000${v1.server}`, { acknowledgement: 8001 }),
    packet(42, [server, second], R, 6001, '1e048006'),
    packet(43, up, R, 1051),
  ]);
  const [one] = connections;
  assert.equal(
    [one?.client_mp_fail, one?.server_mp_fail, one?.client_mp_fastclose, one?.server_mp_fastclose],
    [0, 1, 1, 0],
  );
  assert.equal(one?.resets, [
    { by: 'client', reason: null, count: 1 },
    { by: 'server', reason: 6, count: 1 },
  ]);
  assert.is(one?.end, 'reset');
});

test('ports that are used again are another connection; a SYN that is sent again is not', async () => {
  const first = [
    ...handshake(0, up, 1000, [capable.syn, capable.synack, capable.third]),
    packet(5, up, F, 1001, ''),
    packet(6, down, F, 8001, ''),
  ];
  const { connections } = await readingOf([
    packet(0, up, S, 1000, capable.syn),
    ...first,
    ...handshake(9, up, 900_000, [capable.syn0, capable.synack0, capable.third0]),
  ]);
  assert.equal(
    connections.map(({ version, end }) => [version, end]),
    [
      [1, 'closed'],
      [0, 'capture_end'],
    ],
  );
});

test.run();
