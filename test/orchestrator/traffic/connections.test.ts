import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { End, Packet } from '../../../orchestrator/connection/packet.ts';
import { joinHmac, token } from '../../../orchestrator/mptcp/keys.ts';
import { A, capable, client, handshake, packet, R, S, SA, second, server, v0, v1 } from '../connection/packets.ts';
import { readingOf } from './records.ts';

const test = suite('connections of captures');

const up: [End, End] = [client, server];
const down: [End, End] = [server, client];
const F = 0x11;
const P = 0x18;

const mapping = (sequence: number, ssn: number, length: number, ack = 1) =>
  `1e142005${hex(ack)}${hex(sequence)}${hex(ssn)}${hex(length).slice(4)}0000`;
const acknowledges = (ack: number) => `1e082001${hex(ack)}`;
const hex = (n: number) => (n >>> 0).toString(16).padStart(8, '0');

/** As several queues of a card hand packets over. */
function neighboursSwapped(packets: Packet[]): Packet[] {
  return packets.flatMap((_, at) => packets[at % 2 === 0 ? Math.min(at + 1, packets.length - 1) : at - 1] ?? []);
}

/** A whole session of one version by two subflows; `what` changes it. */
function session(
  version: 0 | 1,
  what: { wrong?: 'synack' | 'ack'; backwards?: boolean; unacknowledged?: boolean; noThird?: boolean } = {},
): Packet[] {
  const keys = version === 0 ? v0 : v1;
  const options =
    version === 0 ? [capable.syn0, capable.synack0, capable.third0] : [capable.syn, capable.synack, capable.third];
  const [opener, other] = what.backwards ? (['server', 'client'] as const) : (['client', 'server'] as const);
  const [from, to] = [
    { key: keys[opener], nonce: '96a3c294' },
    { key: keys[other], nonce: '0f0cc049' },
  ];
  const wanted = token(keys[other], version);
  const right = { synack: joinHmac(to, from, version).slice(0, 16), ack: joinHmac(from, to, version).slice(0, 40) };
  const wrong = (text: string) => `${text.slice(0, -2)}${text.endsWith('00') ? '01' : '00'}`;
  const hmac = { ...right, ...(what.wrong === undefined ? {} : { [what.wrong]: wrong(right[what.wrong]) }) };
  const path: [End, End] = what.backwards
    ? [
        { ...server, port: 50_000 },
        { ...client, port: 50_001 },
      ]
    : [second, server];
  const back: [End, End] = [path[1], path[0]];
  return [
    ...handshake(0, up, 1000, options),
    packet(10, up, P, 1001, mapping(100, 1, 50), { length: 50, acknowledgement: 8001 }),
    packet(11, down, A, 8001, acknowledges(150), { acknowledgement: 1051 }),
    packet(20, path, S, 5000, `1e0c1002${wanted}96a3c294`),
    packet(21, back, SA, 6000, `1e101003${hmac.synack}0f0cc049`, { acknowledgement: 5001 }),
    ...(what.noThird ? [] : [packet(22, path, A, 5001, `1e181000${hmac.ack}`, { acknowledgement: 6001 })]),
    packet(23, path, P, 5001, mapping(150, 1, 70), { length: 70, acknowledgement: 6001 }),
    ...(what.unacknowledged ? [] : [packet(24, back, A, 6001, acknowledges(220), { acknowledgement: 5071 })]),
  ];
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
    else if (missing === 'two_connections_fit' || missing === 'nonce_not_captured')
      assert.is(own?.functional, false, fact);
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
