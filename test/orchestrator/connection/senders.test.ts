import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { End, Packet } from '../../../orchestrator/connection/packet.ts';
import { joining, resetReasons, resetting, type Side, saying } from '../../../orchestrator/connection/senders.ts';
import { A, capable, client, handshake, packet, R, read, server } from './packets.ts';

const test = suite('which side of a connection did what');

const up: [End, End] = [client, server];
const down: [End, End] = [server, client];
const whole = handshake(0, up, 1000, [capable.syn, capable.synack, capable.third]);
const fail = '1e0c60000000000000000001';
const fastclose = '1e0c7000deadbeefdeadbeef';
const reset = (ends: [End, End], reason: string) => packet(20, ends, R | A, 1001, `1e0480${reason}`);

const cases: [fact: string, packets: Packet[], opener: string, other: string][] = [
  ['nothing happened', [], 'fail 0 fastclose 0 rst 0 ', 'fail 0 fastclose 0 rst 0 '],
  ['MP_FAIL of ours', [packet(9, up, A, 1001, fail)], 'fail 1 fastclose 0 rst 0 ', 'fail 0 fastclose 0 rst 0 '],
  [
    'MP_FAIL of theirs, twice',
    [packet(9, down, A, 8001, fail), packet(10, down, A, 8001, fail)],
    'fail 0 fastclose 0 rst 0 ',
    'fail 1 fastclose 0 rst 0 ',
  ],
  [
    'MP_FASTCLOSE of theirs',
    [packet(9, down, A, 8001, fastclose)],
    'fail 0 fastclose 0 rst 0 ',
    'fail 0 fastclose 1 rst 0 ',
  ],
  [
    'an RST of each with a reason',
    [reset(up, '06'), reset(down, '01')],
    'fail 0 fastclose 0 rst 1 6',
    'fail 0 fastclose 0 rst 1 1',
  ],
  ['an RST without one', [packet(9, down, R, 8001)], 'fail 0 fastclose 0 rst 0 ', 'fail 0 fastclose 0 rst 1 '],
];

function told(packets: Packet[], side: Side, reversed: boolean): string {
  const parts = read(packets).map(({ stream }) => ({ stream, reversed }));
  const counts = `fail ${saying(parts, 'MP_FAIL', side)} fastclose ${saying(parts, 'MP_FASTCLOSE', side)}`;
  return `${counts} rst ${resetting(parts, side)} ${resetReasons(parts, side).join()}`;
}

for (const [fact, more, opener, other] of cases) {
  test(fact, () => {
    const packets = [...whole, ...more];
    assert.equal([told(packets, 'opener', false), told(packets, 'other', false)], [opener, other]);
    assert.equal(
      [told(packets, 'opener', true), told(packets, 'other', true)],
      [other, opener],
      'opened by the other side',
    );
  });
}

test('a packet of nobody known is of neither side', () => {
  const alone = [packet(9, down, R, 8001)];
  assert.equal([told(alone, 'opener', false), told(alone, 'other', false)], Array(2).fill('fail 0 fastclose 0 rst 0 '));
});

test('subflows are counted by who opened them', () => {
  const [stream] = read(whole).map((one) => one.stream);
  if (stream === undefined) throw new Error('a stream');
  const parts = [true, true, false].map((reversed) => ({ stream, reversed }));
  assert.equal([joining(parts, 'opener'), joining(parts, 'other')], [1, 2]);
});

test.run();
