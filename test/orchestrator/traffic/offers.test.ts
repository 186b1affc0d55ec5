import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { End } from '../../../orchestrator/connection/packet.ts';
import { A, addAddr, capable, client, handshake, packet, R, S, SA, second, server, v1 } from '../connection/packets.ts';
import { readingOf } from './records.ts';
import { session } from './session-packets.ts';

const test = suite('offers and announcements of captures');

const up: [End, End] = [client, server];
const down: [End, End] = [server, client];

/** What came back for one SYN: options of SYN and SYN/ACK, and what a record says of them. */
const answers: [
  fact: string,
  syn: string,
  back: string | null,
  flags: number,
  offered: number[],
  answer: string,
  state: string,
][] = [
  ['v1 accepted with a key', capable.syn, capable.synack, SA, [1], 'mp_capable', 'unknown'],
  ['v1: a mirror returns four bytes', capable.syn, capable.syn, SA, [1], 'echoed', 'fell_back'],
  [
    'v1: a padding mirror fills them up with zeros',
    capable.syn,
    '1e0c01010000000000000000',
    SA,
    [1],
    'echoed',
    'unknown',
  ],
  ['v0 accepted with a key', capable.syn0, capable.synack0, SA, [0], 'mp_capable', 'unknown'],
  ['v0: a mirror returns the key', capable.syn0, capable.syn0, SA, [0], 'echoed', 'unknown'],
  ['v0: a mirror swaps its bytes', capable.syn0, '1e0c00012bfd1b7b94072fca', SA, [0], 'echoed', 'unknown'],
  ['v0 answered in v1', capable.syn0, capable.synack, SA, [0], 'version_mismatch', 'unknown'],
  ['version 15 answered in v1', '1e040f01', capable.synack, SA, [15], 'version_mismatch', 'unknown'],
  ['a mirror returns version 15', '1e040f01', '1e040f01', SA, [15], 'echoed', 'fell_back'],
  [
    'both versions in one SYN, v1 accepted',
    `${capable.syn0}${capable.syn}`,
    capable.synack,
    SA,
    [0, 1],
    'mp_capable',
    'unknown',
  ],
  [
    'both versions in one SYN, v0 accepted',
    `${capable.syn}${capable.syn0}`,
    capable.synack0,
    SA,
    [0, 1],
    'mp_capable',
    'unknown',
  ],
  ['no option comes back', capable.syn, '', SA, [1], 'synack_no_option', 'fell_back'],
  ['flag B in the answer', capable.syn, `1e0c0141${v1.server}`, SA, [1], 'malformed', 'unknown'],
  ['an option past the end', capable.syn, '1e0c0101', SA, [1], 'malformed', 'fell_back'],
  ['ADD_ADDR in the SYN/ACK', capable.syn, addAddr, SA, [1], 'other_subtype', 'fell_back'],
  ['a RST', capable.syn, '', R | A, [1], 'rst', 'unknown'],
  ['a RST with a reason', capable.syn, '1e048001', R | A, [1], 'mp_tcprst', 'unknown'],
  ['nothing', capable.syn, null, 0, [1], 'none', 'unknown'],
  ['v1 sent as twelve bytes is no offer', `1e0c0101${v1.client}`, '', SA, [], 'synack_no_option', 'not_offered'],
  ['v0 sent as four bytes is no offer', '1e040001', '', SA, [], 'synack_no_option', 'not_offered'],
];

test('offers and answers', async () => {
  for (const [fact, syn, back, flags, offered, answer, state] of answers) {
    const packets = [packet(0, up, S, 1000, syn)];
    if (back !== null) packets.push(packet(9, down, flags, 8000, back, { acknowledgement: 1001 }));
    const { connections, endpoints } = await readingOf(packets);
    const [one] = connections;
    assert.equal([one?.offered_versions, one?.answer, one?.state], [offered, answer, state], fact);
    assert.is(one?.opening, offered.length > 0 ? 'offered' : 'malformed_offer', fact);
    assert.is(one?.version, answer === 'mp_capable' ? (back === capable.synack ? 1 : 0) : null, fact);
    assert.is(endpoints.length, offered.length > 0 ? 2 : 0, `${fact}: who offered nothing well formed is no client`);
  }
});

test('addresses: valid, wrong, echoed, taken back, of v0', async () => {
  const [one] = (
    await readingOf([
      ...handshake(0, up, 1000, [capable.syn, capable.synack, capable.third]),
      packet(10, down, A, 8001, addAddr),
      packet(11, down, A, 8001, addAddr),
      packet(12, up, A, 1001, '1e083101c0a888e1'),
      packet(13, down, A, 8001, '1e103002c61204010000000000000000'),
      packet(14, down, A, 8001, '1e044002'),
    ])
  ).connections;
  assert.equal(
    one?.announced.map(({ address, hmac, echoed, removed, count, by }) => [by, address, hmac, echoed, removed, count]),
    [
      ['server', '192.168.136.225', 'valid', true, false, 2],
      ['server', '198.18.4.1', 'invalid', false, true, 1],
    ],
  );
  const [zero] = (
    await readingOf([
      ...handshake(0, up, 1000, [capable.syn0, capable.synack0, capable.third0]),
      packet(10, down, A, 8001, '1e083401c6120401'),
    ])
  ).connections;
  assert.equal(
    zero?.announced.map(({ version, hmac, echoed }) => [version, hmac, echoed]),
    [[0, 'absent', null]],
  );
});

test('an identifier that was given again takes back the address that it had, and not the next', async () => {
  const announced = (id: number, host: number) => `1e1030${hex(id)}c61204${hex(host)}0000000000000000`;
  const hex = (byte: number) => byte.toString(16).padStart(2, '0');
  const [one] = (
    await readingOf([
      ...handshake(0, up, 1000, [capable.syn, capable.synack, capable.third]),
      packet(9, down, A, 8001, '1e054005ff'),
      packet(10, down, A, 8001, announced(2, 1)),
      packet(11, down, A, 8001, announced(3, 9)),
      packet(12, up, A, 1001, '1e044003'),
      packet(20, down, A, 8001, '1e054002ff'),
      packet(30, down, A, 8001, announced(2, 2)),
      packet(31, down, A, 8001, announced(5, 5)),
      packet(40, down, A, 8001, announced(4, 1)),
      packet(50, down, A, 8001, '1e044004'),
      packet(60, down, A, 8001, announced(4, 3)),
    ])
  ).connections;
  assert.equal(
    one?.announced.map(({ address_id, address, removed }) => [address_id, address, removed]),
    [
      [2, '198.18.4.1', true],
      [2, '198.18.4.2', false],
      [3, '198.18.4.9', false],
      [4, '198.18.4.1', true],
      [4, '198.18.4.3', false],
      [5, '198.18.4.5', false],
    ],
  );
});

test('an address that was announced on one subflow is taken back on another', async () => {
  const back: [End, End] = [server, second];
  const packets = [
    ...session(1),
    packet(30, back, A, 6001, addAddr, { acknowledgement: 5071 }),
    packet(40, down, A, 8001, '1e044001'),
  ];
  const [one] = (await readingOf(packets)).connections;
  assert.equal(
    one?.announced.map(({ hmac, removed }) => [hmac, removed]),
    [['valid', true]],
  );
});

test.run();
