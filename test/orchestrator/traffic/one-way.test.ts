// runs: behind
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { End, Packet } from '../../../orchestrator/connection/packet.ts';
import { Streams } from '../../../orchestrator/connection/streams.ts';
import { A, addAddr, capable, client, handshake, packet, R, S, SA, second, server } from '../connection/packets.ts';
import { fileOf, ipPacket, pcapHeader, pcapOf, pcapRecord } from './capture-file.ts';
import { reading, readingOf } from './records.ts';
import { session } from './session-packets.ts';

const test = suite('captures of one way, and data on a SYN');

const up: [End, End] = [client, server];
const down: [End, End] = [server, client];
const whole = session(1);
const sentBy = (end: End) => (one: Packet) => one.source.port === end.port;

test('of a capture of the way to the server, what the server said is not known', async () => {
  const { connections, subflows } = await readingOf(whole.filter((one) => !sentBy(server)(one)));
  const [first, join] = subflows;
  assert.is(connections.length, 1);
  assert.equal(
    [connections[0]?.answer, connections[0]?.version, connections[0]?.functional, connections[0]?.joins_accepted],
    ['not_captured', 1, null, 1],
  );
  assert.equal([first?.answer, first?.functional], ['not_captured', null]);
  assert.equal(
    [join?.answer, join?.synack_hmac, join?.ack_hmac, join?.hmac_missing, join?.functional],
    ['not_captured', 'unverifiable', 'unverifiable', 'nonce_not_captured', null],
  );
});

test('nothing is lacking in a packet of a handshake that is not in the capture, or not whole', async () => {
  const of = (at: number) => (one: Packet) => one.at_us === at;
  const cutAt = (at: number) =>
    Buffer.concat([
      pcapHeader(),
      ...whole.map((one) => pcapRecord(one.at_us, ipPacket(one), of(at)(one) ? 50 : undefined)),
    ]);
  for (const [what, capture, synack, ack] of [
    ['the SYN/ACK is lost', pcapOf(whole.filter((one) => !of(21)(one))), 'unverifiable', 'unverifiable'],
    ['the SYN/ACK is cut', cutAt(21), 'unverifiable', 'unverifiable'],
    ['the third ACK is cut', cutAt(22), 'valid', 'unverifiable'],
  ] as const) {
    const { connections, subflows } = await reading([fileOf(capture)]);
    const join = subflows.find(({ kind }) => kind === 'join');
    assert.equal([join?.synack_hmac, join?.ack_hmac, join?.functional], [synack, ack, null], what);
    assert.is(join?.hmac_missing, 'nonce_not_captured', what);
    assert.is(connections[0]?.functional, null, what);
  }
});

/** Of one connection with a join; what changes it, and what is told then of the connection. */
const lostJoins: [what: string, change: (packets: Packet[]) => Packet[], functional: boolean | null][] = [
  ['the SYN of the join is lost', (packets) => packets.filter((one) => one.at_us !== 20), null],
  ['its SYN and SYN/ACK are', (packets) => packets.filter((one) => one.at_us !== 20 && one.at_us !== 21), null],
  [
    'the join was to another server',
    (packets) =>
      packets
        .filter((one) => one.at_us !== 20)
        .map((one) => {
          const elsewhere = (end: End) => (end.address === server.address ? { ...end, address: '198.18.7.7' } : end);
          const joins = one.at_us > 20;
          return joins ? { ...one, source: elsewhere(one.source), destination: elsewhere(one.destination) } : one;
        }),
    false,
  ],
  [
    'the join began before the connection',
    (packets) =>
      packets
        .filter((one) => one.at_us !== 20)
        .map((one) => ({ ...one, at_us: one.at_us > 20 ? one.at_us : one.at_us + 50 }))
        .sort((a, b) => a.at_us - b.at_us),
    false,
  ],
  [
    'no data of the join is acknowledged',
    (packets) => packets.filter((one) => one.at_us < 20 || one.at_us === 21 || one.at_us === 22),
    false,
  ],
  [
    'the connection itself carried nothing, and one join is not two',
    (packets) => packets.filter((one) => one.at_us < 10 || one.at_us > 20),
    false,
  ],
];

test('a join that nobody can place may be of every connection that has its address', async () => {
  for (const [what, change, functional] of lostJoins) {
    const { connections, subflows } = await readingOf(change(whole));
    const [first] = connections;
    const lost = subflows.find(({ kind }) => kind === 'join');
    assert.equal([connections.length, lost?.connection], [1, null], what);
    assert.equal([first?.joins, first?.functional], [0, functional], what);
  }
});

test('who sends the third MP_JOIN had an answer with one', async () => {
  const { connections } = await readingOf(whole.filter((one) => !sentBy(server)(one) && one.at_us <= 22));
  assert.is(connections[0]?.joins_accepted, 1);
});

test('of a capture of the way back, joins are no connections, and nothing of the client is lacking', async () => {
  const { connections, subflows } = await readingOf(whole.filter(sentBy(server)));
  assert.is(connections.length, 1);
  assert.equal([connections[0]?.opening, connections[0]?.functional], ['not_captured', null]);
  const join = subflows.find(({ kind }) => kind === 'join');
  assert.equal(
    [join?.connection, join?.synack_hmac, join?.ack_hmac, join?.functional],
    [null, 'unverifiable', 'unverifiable', null],
  );
});

test('nobody answered a SYN that is all there is; one that was reset by its sender neither', async () => {
  const syn = packet(1, up, S, 1000, capable.syn);
  for (const packets of [[syn], [syn, packet(2, up, R, 1001)]]) {
    const { connections, subflows } = await readingOf(packets);
    assert.equal([connections[0]?.answer, subflows[0]?.functional], ['none', false]);
  }
});

test('an announcement was not echoed where the other side is in the capture, and else nobody knows', async () => {
  const announced = packet(10, down, A, 8001, addAddr, { acknowledgement: 1001 });
  const both = [...handshake(0, up, 1000, [capable.syn, capable.synack, capable.third]), announced];
  for (const [packets, echoed] of [
    [both, false],
    [both.filter(sentBy(server)), null],
  ] as const) {
    const { connections } = await readingOf(packets);
    assert.is(connections[0]?.announced[0]?.echoed, echoed);
  }
});

test('a join of which the capture cuts the token is a join', async () => {
  const join = packet(1, [second, server], S, 5000, '1e0c10022ff5f1f096a3c294');
  const { connections, subflows, capture } = await reading([fileOf(pcapOf([join], 44))]);
  assert.equal([connections.length, subflows[0]?.kind, subflows[0]?.connection], [0, 'join', null]);
  assert.is(capture.cut_syn_options, 1);
});

/** A SYN with five bytes of data, and a SYN/ACK that acknowledges some of it (RFC 7413). */
const fast = (acknowledgement: number): [Packet, Packet] => [
  packet(1, up, S, 1000, capable.syn, { length: 5 }),
  packet(2, down, SA, 8000, capable.synack, { acknowledgement }),
];
const taken: [what: string, acknowledgement: number, answer: string, strays: number][] = [
  ['all of it', 1006, 'mp_capable', 0],
  ['a part of it', 1003, 'mp_capable', 0],
  ['none of it', 1001, 'mp_capable', 0],
  ['more than there was', 1007, 'none', 1],
];

test('a SYN/ACK that acknowledges data on the SYN answers it', async () => {
  for (const [what, acknowledgement, answer, strays] of taken) {
    const { connections, capture } = await readingOf(fast(acknowledgement));
    assert.equal([connections[0]?.answer, capture.stray_synacks], [answer, strays], what);
  }
});

test('in whatever order both were captured, and beside another connection between the same ports', async () => {
  const [syn, synack] = fast(1006);
  const { connections } = await readingOf([
    { ...synack, at_us: 1 },
    { ...syn, at_us: 2 },
  ]);
  assert.equal(
    connections.map(({ answer }) => answer),
    ['mp_capable'],
  );
  const again = [packet(10, up, S, 90_000, capable.syn), packet(11, down, SA, 95_000, '', { acknowledgement: 90_001 })];
  const late = { ...synack, at_us: 12 };
  const streams = new Streams();
  for (const one of [syn, ...again, late]) streams.add(one);
  assert.equal(
    streams.all().map(({ packets }) => packets.length),
    [2, 2],
    'a late SYN/ACK belongs to the SYN that it answers',
  );
});

test.run();
