import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { factsOf } from '../../../orchestrator/evidence/facts.ts';
import { claims, judgeHost } from '../../../orchestrator/evidence/verdict.ts';
import { fresh, fresh2, key0, key1, reply, v0, v0Syn, v1, v1Syn, zero } from './replies.ts';

const test = suite('facts');

const read = (scans: ReturnType<typeof v1>[]) =>
  factsOf({ version: 1, scans, handshake: null, sharedTraces: new Set(), scope: null }).answers;
const later = { received_at: '2026-11-22T10:00:09.000000Z' };

test('the same packet again is a repeat, not an answer', () => {
  const answers = read([v1([key1(fresh)]), v1([key1(fresh)], later), v1([key1(fresh)], later)]);
  assert.equal(
    answers.map(({ repeats }) => repeats),
    [2],
  );
});

test('a repeat may have another window, TTL and time', () => {
  const again = { window: 1, options_order: 'mss,mptcp', ...later };
  assert.equal(
    read([v1([key1(fresh)]), v1([key1(fresh)], again)]).map(({ repeats }) => repeats),
    [1],
  );
});

test('a packet differs from another by its number, its MPTCP options, and the SYN that it answers', () => {
  const first = v1([key1(fresh)]);
  const others = [{ seq: '00000001' }, { options_mptcp: [key1(fresh2)] }, { ack: '00000001' }];
  for (const other of others) assert.is(read([first, { ...first, ...other }]).length, 2, JSON.stringify(other));
});

test('of one packet in answer to two SYNs of one number, the later one repeats the earlier, whatever the order of the records', () => {
  const shared = { source_port: 41_000, ack: '5c000001', seq: '9d000001' };
  const scans = [v0([key1(fresh)], { ...shared, ...later }), v1([key1(fresh)], shared)];
  for (const order of [scans, [...scans].reverse()]) {
    assert.equal(
      read(order).map(({ probe, repeatOf }) => [probe.word, repeatOf]),
      [
        ['v1', null],
        ['v0', 'v1'],
      ],
    );
  }
});

test('a RST is not a repeat: every SYN gets its own', () => {
  const shared = { source_port: 41_000, ack: '5c000001', seq: '00000000', classification: 'rst' as const };
  assert.equal(
    read([v1([], shared), v0([], { ...shared, ...later })]).map(({ repeatOf }) => repeatOf),
    [null, null],
  );
});

test('replies of programs that do not say which SYN they answer are told apart by their probe', () => {
  const bare = { source_port: null, ack: null, seq: null };
  const answers = read([v1([key1(fresh)], bare), reply('port2', [key1(fresh)], bare)]);
  assert.equal(
    answers.map(({ syn, keyRelations }) => [syn, keyRelations]),
    [
      ['port2', ['constant']],
      ['v1', ['constant']],
    ],
  );
});

/** Replies of every kind, put together at random: a verdict is never lacking, and no order of the replies changes it. */
test('ten thousand heaps of replies each have a verdict that does not depend on their order', () => {
  let state = 20261125;
  const draw = (below: number) => {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    return (state >>> 8) % below;
  };
  const options = [
    [],
    [key1(fresh)],
    [key1(fresh2)],
    [key0(fresh)],
    [v1Syn],
    [v0Syn],
    [key1(zero)],
    ['1e04'],
    ['1e02'],
    ['1e040f01'],
    [key1(fresh, '41')],
    ['1e101001a1b2c3d4e5f6071800112233'],
    ['1e0c1001aabbccdd00112233'],
    ['1e048001'],
    [`1e140101${fresh}${fresh2}`],
  ];
  const words = ['v1', 'v0', 'port2', 'port2v0', 'grease', 'canary', 'join', 'plain'];
  const kinds = ['mp_capable', 'mp_capable', 'mp_capable', 'rst', 'icmp_unreachable', 'mp_tcprst'] as const;
  const seen = new Set<string>();
  for (let heap = 0; heap < 10_000; heap++) {
    const scans = Array.from({ length: draw(5) }, () => {
      const more = draw(4) === 0 ? { ip_id: 54321, window: 64240 } : {};
      const mptcp = options[draw(options.length)] ?? [];
      const canary = { faults: ['canary_returned'], tcp_options: `fd08112233445566${mptcp.join('')}` };
      const shared = draw(3) === 0 ? { source_port: 41_000, ack: '5c000001', seq: '9d000001' } : {};
      const of = { classification: kinds[draw(6)] ?? 'rst', ...more, ...(draw(8) === 0 ? canary : {}), ...shared };
      return reply(words[draw(8)] ?? 'v1', mptcp, { received_at: `2026-11-22T10:00:0${draw(9)}.000000Z`, ...of });
    });
    for (const version of [0, 1] as const) {
      const evidence = { version, scans, handshake: null, sharedTraces: new Set<string>(), scope: null };
      const verdict = judgeHost(evidence);
      assert.equal(judgeHost({ ...evidence, scans: [...scans].reverse() }), verdict);
      for (const rule of verdict.rules) seen.add(rule);
    }
  }
  const unseen = claims.flatMap(({ rules }) => rules.map(({ name }) => name)).filter((name) => !seen.has(name));
  // What needs a scope, a proof or a shaped key is in the tables of verdict.test.ts.
  assert.equal(unseen.sort(), [
    'address_not_global',
    'echo_beside_proof',
    'key_byte_swapped',
    'key_derived',
    'key_echoed',
    'key_related',
    'key_truncated',
  ]);
});

test.run();
