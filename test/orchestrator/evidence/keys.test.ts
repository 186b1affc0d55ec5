// runs: behind
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type KeyFact, KeyTraces, tracesOf } from '../../../orchestrator/evidence/keys.ts';

const test = suite('keys over a run');

const key = 0xa1b2c3d4e5f60718n;
const fact = (of: Partial<KeyFact>): KeyFact => ({ key, sentKey: null, sequence: null, timestamp: null, ...of });
const mask = (1n << 64n) - 1n;

/** What a box makes of our words, for two SYNs with words of their own; the relation that shows it. */
const made: [sentence: string, relation: string, make: (sent: bigint, s: number, t: number) => bigint][] = [
  ['one key for all', 'constant', () => key],
  ['our key xor a constant', 'our_key_xor', (sent) => sent ^ key],
  ['our key and a constant', 'our_key_plus', (sent) => (sent + key) & mask],
  ['our sequence number and a constant', 'sequence_plus', (_, s) => (BigInt(s) + key) & mask],
  ['a constant and our sequence number above it', 'sequence_high_plus', (_, s) => ((BigInt(s) << 32n) + key) & mask],
  ['our sequence number twice, xor a constant', 'sequence_twice_xor', (_, s) => ((BigInt(s) << 32n) | BigInt(s)) ^ key],
  ['the upper half xor our sequence number', 'sequence_high_xor', (_, s) => (BigInt(s) << 32n) ^ key],
  ['the lower half xor our sequence number', 'sequence_low_xor', (_, s) => BigInt(s) ^ key],
  [
    'sequence number and timestamp xor a constant',
    'sequence_and_timestamp',
    (_, s, t) => ((BigInt(s) << 32n) | BigInt(t)) ^ key,
  ],
  [
    'timestamp and sequence number xor a constant',
    'timestamp_and_sequence',
    (_, s, t) => ((BigInt(t) << 32n) | BigInt(s)) ^ key,
  ],
  [
    'sequence number, timestamp and a constant, summed',
    'sequence_timestamp_sum',
    (_, s, t) => (BigInt(s) + BigInt(t) + key) & mask,
  ],
];

const syns: [sent: bigint, sequence: number, timestamp: number][] = [
  [0x1020304050607080n, 0x3b4c5d6e, 0x0badcafe],
  [0x99887766554433aan, 0x7f010203, 0x0bae1111],
];

for (const [sentence, relation, make] of made) {
  test(`${sentence} leaves one trace in two SYNs`, () => {
    const traces = new KeyTraces();
    for (const [at, [sentKey, sequence, timestamp]] of syns.entries()) {
      traces.add(`host ${at}`, { key: make(sentKey, sequence, timestamp), sentKey, sequence, timestamp });
    }
    assert.ok(
      [...traces.shared()].some((trace) => trace.startsWith(`${relation} `)),
      [...traces.shared()].join(),
    );
  });
}

test('one SYN that is answered again and again leaves no trace', () => {
  const traces = new KeyTraces();
  for (let at = 0; at < 3; at++) traces.add('one', fact({}));
  assert.is(traces.shared().size, 0);
});

test('a zero key is a fault of its own and has no relation', () => {
  const traces = new KeyTraces();
  for (const syn of ['one', 'two']) traces.add(syn, fact({ key: 0n }));
  assert.is(traces.shared().size, 0);
  assert.equal(tracesOf(fact({ key: 0n })), { shared: [], alone: [] });
});

test('a hundred thousand drawn keys are related to nothing', () => {
  const traces = new KeyTraces();
  let state = 7n;
  const next = () => {
    state = (state * 6364136223846793005n + 1442695040888963407n) & mask;
    return (state >> 32n) | ((state & 0xffffffffn) << 32n);
  };
  let alone = 0;
  for (let at = 0; at < 100_000; at++) {
    const drawn = { key: next(), sentKey: next(), sequence: Number(next() >> 32n), timestamp: Number(next() >> 32n) };
    traces.add(String(at), drawn);
    alone += tracesOf(drawn).alone.length;
  }
  assert.equal([traces.shared().size, alone], [0, 0]);
});

test.run();
