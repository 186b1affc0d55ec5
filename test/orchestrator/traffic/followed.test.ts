import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { End, Packet } from '../../../orchestrator/connection/packet.ts';
import { A, capable, client, dss, handshake, packet, R, S, SA, server, v1 } from '../connection/packets.ts';
import { fileOf, pcapOf } from './capture-file.ts';
import { reading, readingOf } from './records.ts';

const test = suite('what is followed of a stream');

const up: [End, End] = [client, server];
const down: [End, End] = [server, client];
const P = 0x18;
const whole = handshake(0, up, 1000, [capable.syn, capable.synack, capable.third]);

test('a SYN/ACK to another SYN is no answer to this one, and counted', async () => {
  const stray = packet(2, down, SA, 8000, capable.synack, { acknowledgement: 5001 });
  const { connections, capture } = await readingOf([packet(1, up, S, 1000, capable.syn), stray]);
  assert.equal([connections[0]?.answer, capture.stray_synacks], ['none', 1]);
});

/** Data with a mapping to 100, and what comes back: acknowledged by TCP, by a DATA_ACK. */
const mapped = packet(5, up, P, 1001, '1e1420050000000100000064000000010032', { length: 50, acknowledgement: 8001 });
const acknowledgements: [fact: string, tcp: number, data: string | null, acknowledged: boolean][] = [
  ['both', 1051, '00000096', true],
  ['a part of it', 1011, '0000006e', true],
  ['TCP alone, the DATA_ACK is older', 1051, '00000064', false],
  ['TCP alone, without a DATA_ACK', 1051, null, false],
  ['the DATA_ACK alone, for data of another subflow', 1001, '00000096', false],
];

test('data is acknowledged on a subflow by TCP and by a DATA_ACK', async () => {
  for (const [fact, tcp, data, acknowledged] of acknowledgements) {
    const option = data === null ? '' : `1e082001${data}`;
    const { subflows } = await readingOf([
      ...whole,
      mapped,
      packet(6, down, A, 8001, option, { acknowledgement: tcp }),
    ]);
    assert.is(subflows[0]?.client_acknowledged, acknowledged, fact);
    assert.is(subflows[0]?.server_acknowledged, false, fact);
  }
});

const data = (at: number, option: string) =>
  packet(at, down, P, 8001 + 10 * at, option, { length: 10, acknowledgement: 1001 });
const many = (from: number, option: string) => Array.from({ length: 40 }, (_, at) => data(from + at, option));

test('plain data behind an MP_FAIL is a fallback, however much came before', async () => {
  const fail = packet(60, up, A, 1001, '1e0c60000000000000000001');
  const { connections } = await readingOf([...whole, ...many(10, dss), fail, ...many(70, '')]);
  assert.equal([connections[0]?.state, connections[0]?.fell_back_by], ['fell_back', 'server']);
  const { subflows } = await readingOf([...whole, ...many(10, dss), fail, ...many(70, '')]);
  assert.equal(
    [subflows[0]?.server_packets, subflows[0]?.server_bytes, subflows[0]?.server_plain_bytes],
    [81, 800, 400],
  );
});

test('an infinite mapping is a fallback, however much came before', async () => {
  const { connections } = await readingOf([
    ...whole,
    ...many(10, dss),
    data(60, '1e122005000000010000006400000001' + '0000'),
  ]);
  assert.equal([connections[0]?.state, connections[0]?.fell_back_by], ['fell_back', 'server']);
});

const opened = (port: number, at: number): Packet[] =>
  handshake(at, [{ ...client, port }, server], 1000 * port, [capable.syn, capable.synack, capable.third]);
const reset = (port: number, at: number) => packet(at, [{ ...client, port }, server], R, 1000 * port + 1);
const asked = (port: number, at: number) => packet(at, [{ ...client, port }, server], S, 1000 * port, capable.syn);

test('room is made by what ended, then by what was not answered, then by what is oldest', async () => {
  const packets = [
    ...opened(1, 1),
    ...opened(2, 4),
    reset(2, 8),
    asked(3, 9),
    ...opened(4, 10),
    ...opened(5, 14),
    ...opened(6, 18),
  ];
  const { connections, capture } = await readingOf(packets, { flows: 3 });
  assert.equal(
    connections.map(({ client_port, end }) => [client_port, end]),
    [
      [1, 'evicted'],
      [2, 'reset'],
      [3, 'evicted'],
      [4, 'capture_end'],
      [5, 'capture_end'],
      [6, 'capture_end'],
    ],
  );
  assert.is(capture.evicted, 2, 'what had ended is not counted');
});

const second = 1_000_000;
const other: [End, End] = [{ ...client, port: 9 }, server];
const plain = (seconds: number) => packet(seconds * second, other, P, 1, '', { length: 10 });

test('where a stream falls silent does not depend on what else is in the capture', async () => {
  const later = packet(902 * second, down, A, 8001, dss, { length: 10 });
  const alone = await readingOf([...whole, later]);
  const among = await readingOf([...whole, plain(895), plain(896), later]);
  assert.equal(among.connections, alone.connections);
  assert.equal(
    alone.connections.map(({ end }) => end),
    ['silent', 'capture_end'],
  );
});

test('captures that overlap are read by the times of their packets, in whatever order they are given', async () => {
  const path: [End, End] = [{ address: '198.18.1.1', port: 40001 }, server];
  const reset = packet(100 * second, up, R, 1001);
  const first = fileOf(pcapOf([...whole, reset, ...[200, 300, 400, 500].map(plain)]));
  const join = fileOf(pcapOf([packet(50 * second, path, S, 5000, `1e0c1002${v1.token}96a3c294`)]));
  for (const files of [
    [first, join],
    [join, first],
  ]) {
    const { connections, subflows } = await reading(files);
    assert.equal([connections[0]?.joins, subflows.length], [1, 2]);
  }
});

test('bytes of a capture: sequence numbers go around, and what came twice counts twice', async () => {
  const isn = 2 ** 32 - 30;
  const [syn, answer] = [
    packet(0, up, S, isn, capable.syn),
    packet(1, down, SA, 8000, capable.synack, { acknowledgement: isn + 1 }),
  ];
  const pieces = [0, 20, 40, 20].map((at, n) =>
    packet(10 + n, up, P, (isn + 1 + at) % 2 ** 32, dss, { length: 20, acknowledgement: 8001 }),
  );
  const third = packet(3, up, A, isn + 1, capable.third);
  const { subflows } = await readingOf([syn, answer, third, ...pieces]);
  assert.equal([subflows[0]?.client_bytes, subflows[0]?.client_sequence_bytes], [80, 60]);
});

test.run();
