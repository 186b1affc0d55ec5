import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type End, mptcpOptions, type Packet } from '../../../orchestrator/connection/packet.ts';
import { A, addAddr, capable, client, handshake, packet, R, read, server, v1 } from './packets.ts';

const test = suite('what each side said');

const up: [End, End] = [client, server];
const down: [End, End] = [server, client];
const whole = handshake(0, up, 1000, [capable.syn, capable.synack, capable.third]);

const announced = packet(12, down, A, 8001, addAddr);
const hmacs: [fact: string, packets: Packet[], expected: (string | null)[]][] = [
  ['an announcement that verifies', [...whole, announced], ['server', 'valid', 'leftmost64']],
  [
    'one that does not',
    [...whole, packet(12, down, A, 8001, addAddr.replace('a888e1', 'a888e2'))],
    ['server', 'invalid', null],
  ],
  [
    'one of the client, with the keys the other way round',
    [...whole, packet(12, up, A, 1001, addAddr)],
    ['client', 'invalid', null],
  ],
  ['one without keys', [whole[0], whole[1], announced].flatMap((one) => one ?? []), ['server', 'unverifiable', null]],
  ['keys from the third ACK alone', [...whole.slice(2), announced], ['server', 'valid', 'leftmost64']],
  ['one from nobody', [announced], [null, 'unverifiable', null]],
  ['an echo', [...whole, packet(12, up, A, 1001, '1e083101c0a888e1')], ['client', 'absent', null]],
];

for (const [fact, packets, expected] of hmacs)
  test(`HMAC: ${fact}`, () => {
    const [said] = read(packets).flatMap(({ observations }) => observations);
    if (said?.what !== 'ADD_ADDR') throw new Error('no ADD_ADDR');
    assert.equal([said.by, said.hmac.hmac, said.hmac.hmac_form], expected);
  });

test('what each side said comes with its sender, by time', () => {
  const packets = [
    ...whole,
    packet(18, up, R | A, 1001, '1e048006'),
    packet(11, down, A, 8001, '1e044003'),
    packet(12, up, A, 1001, '1e035101'),
    packet(13, down, A, 8001, `1e0c6000${'0'.repeat(16)}`),
    packet(14, up, A, 1001, `1e0c7000${v1.server}`),
    packet(19, down, R, 8001, '', { options_length: 4 }),
  ];
  const seen = read(packets).flatMap(({ observations }) => observations);
  assert.equal(
    seen.map(({ by: who, what }) => `${who} ${what}`),
    [
      'server REMOVE_ADDR',
      'client MP_PRIO',
      'server MP_FAIL',
      'client MP_FASTCLOSE',
      'client MP_TCPRST',
      'client RST',
      'server RST',
    ],
  );
  const resets = seen.flatMap((one) => (one.what === 'RST' ? [[one.reason, one.reason_cut]] : []));
  assert.equal(resets, [
    [6, false],
    [null, true],
  ]);
});

test('an IPv4 and an IPv6 announcement with port in one packet are two', () => {
  const four = '1e08310ac6120001';
  const six6 = `1e1631012001${'0'.repeat(27)}11f90`;
  const one = packet(12, up, A, 1001, four + six6);
  const both = mptcpOptions(one).map((option) => (option.subtype === 'ADD_ADDR' ? [option.address, option.port] : []));
  assert.equal(both, [
    ['198.18.0.1', null],
    ['2001::1', 8080],
  ]);
  assert.is(read([...whole, one])[0]?.observations.length, 2);
});

test.run();
