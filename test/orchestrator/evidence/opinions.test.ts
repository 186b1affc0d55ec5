import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { ScanEvidence } from '../../../orchestrator/evidence/answers.ts';
import { opinionsOn } from '../../../orchestrator/evidence/probes.ts';
import { fresh, fresh2, judge, key0, key1, reply, v0, v0Syn, v1, v1Syn } from './replies.ts';

/** What each second opinion may move, and what not: docs/methods.md has it as a table. */
const test = suite('second opinions');

const scan1 = [v1([key1(fresh)]), v0([])];
const scan0 = [v1([]), v0([key0(fresh)])];
const nothing1 = [v1([]), v0([])];
const icmp = (probe: string) => reply(probe, [], { classification: 'icmp_unreachable', seq: null, ack: null });
const reset = (probe: string, options: string[] = []) =>
  reply(probe, options, { classification: options.length > 0 ? 'mp_tcprst' : 'rst' });
const canaryBack = { tcp_options: `${key1(fresh2)}fd08112233445566`, faults: ['canary_returned'] };

const all = opinionsOn([1, 0]);
for (const probe of all) {
  test(`${probe}: silence and an ICMP error move nothing, neither on v1 nor on v0`, () => {
    for (const [version, scan] of [
      [1, scan1],
      [0, scan0],
      [1, nothing1],
    ] as const) {
      assert.equal(
        { ...judge(version, [...scan, icmp(probe)]), replies: [] },
        { ...judge(version, [...scan]), replies: [] },
      );
    }
  });
}

type Move = [
  sentence: string,
  version: 0 | 1,
  scan: ScanEvidence[],
  answer: ScanEvidence,
  verdict: string,
  rung: string,
];

const moves: Move[] = [
  ['port2: another key raises nothing', 1, scan1, reply('port2', [key1(fresh2)]), 'capable', 'fresh_key'],
  ['port2: the same key is no key', 1, scan1, reply('port2', [key1(fresh)]), 'echoed_option', 'syn_ack'],
  ['port2: no option is another backend', 1, scan1, reply('port2', []), 'inconsistent', 'fresh_key'],
  ['port2: a RST says nothing against a SYN/ACK', 1, scan1, reset('port2'), 'capable', 'fresh_key'],
  [
    'port2: an option where the scan saw none is no capable host',
    1,
    nothing1,
    reply('port2', [key1(fresh2)]),
    'inconsistent',
    'fresh_key',
  ],
  ['port2v0: another key is a second opinion', 0, scan0, reply('port2v0', [key0(fresh2)]), 'capable', 'second_opinion'],
  ['port2v0: the same key is no key', 0, scan0, reply('port2v0', [key0(fresh)]), 'echoed_option', 'syn_ack'],
  ['port2v0: the key of the first SYN is ours', 0, scan0, reply('port2v0', [v0Syn]), 'echoed_option', 'syn_ack'],
  ['port2v0: no option is another backend', 0, scan0, reply('port2v0', []), 'inconsistent', 'fresh_key'],
  ['port2v0: it raises nothing of v1', 1, scan1, reply('port2v0', []), 'capable', 'fresh_key'],
  [
    'grease: version 1 offered is a second opinion',
    1,
    scan1,
    reply('grease', [key1(fresh2)]),
    'capable',
    'second_opinion',
  ],
  [
    'grease: version 15 accepted is an echo',
    1,
    scan1,
    reply('grease', [`1e0c0f01${fresh2}`]),
    'echoed_option',
    'syn_ack',
  ],
  ['grease: a server may leave the option out', 1, scan1, reply('grease', []), 'capable', 'fresh_key'],
  [
    'canary: dropped by who knows MPTCP, it raises nothing',
    1,
    scan1,
    reply('canary', [key1(fresh2)]),
    'capable',
    'fresh_key',
  ],
  ['canary: returned it is an echo', 1, scan1, reply('canary', [key1(fresh2)], canaryBack), 'echoed_option', 'syn_ack'],
  ['join: MP_TCPRST is a second opinion', 1, scan1, reset('join', ['1e048001']), 'capable', 'second_opinion'],
  ['join: that it is prohibited is none', 1, scan1, reset('join', ['1e048003']), 'capable', 'fresh_key'],
  ['join: that a middlebox is in the way is none', 1, scan1, reset('join', ['1e048006']), 'capable', 'fresh_key'],
  ['join: a bare SYN/ACK is a server that fell back', 1, scan1, reply('join', []), 'capable', 'fresh_key'],
  ['join: a bare RST raises nothing', 1, scan1, reset('join'), 'capable', 'fresh_key'],
  [
    'join: accepted, nobody looked its token up',
    1,
    scan1,
    reply('join', ['1e101000aabbccdd1122334499887766']),
    'echoed_option',
    'syn_ack',
  ],
  ['join: returned it is an echo', 1, scan1, reply('join', ['1e0c1001aabbccdd00112233']), 'echoed_option', 'syn_ack'],
  ['plain: no option is what it must be', 1, scan1, reply('plain', []), 'capable', 'fresh_key'],
  [
    'plain: an option that nobody asked for is stamped',
    1,
    scan1,
    reply('plain', [key1(fresh2)]),
    'echoed_option',
    'syn_ack',
  ],
  ['plain: and so it is of v0', 0, scan0, reply('plain', [key0(fresh2)]), 'echoed_option', 'syn_ack'],
  ['an echo that the scan did not see is one', 1, [v0([])], reply('port2', [v1Syn]), 'echoed_option', 'syn_ack'],
];
for (const [sentence, version, scan, answer, verdict, rung] of moves) {
  test(sentence, () => {
    const found = judge(version, [...scan, answer]);
    assert.equal([found.verdict, found.rung], [verdict, rung], found.rules.join(', '));
  });
}

test('an opinion is asked for where it can say something', () => {
  assert.equal(opinionsOn([1]).includes('port2v0'), false);
  assert.equal(opinionsOn([0]), ['port2v0', 'plain']);
  assert.equal(opinionsOn([]), []);
});

test.run();
