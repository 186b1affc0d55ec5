// runs: behind
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { ScanEvidence } from '../../../orchestrator/evidence/answers.ts';
import { ruleSets } from '../../../orchestrator/evidence/rule-sets/rule-sets.ts';
import { judgeVersions } from '../../../orchestrator/evidence/versions.ts';
import { cases, fresh, key1, ours, type Row, reply, v1 } from './replies.ts';

const test = suite('evidence/every reply has a verdict');

/** One packet as the answer to two probes of a foreign prober, which gave both SYNs one port and number. */
const shared = { source_port: 41_000, ack: '5c000001', seq: '00000001' };
const foreign = (probe: string, sent_version: number | null, more: Partial<ScanEvidence> = {}) =>
  reply('plain', [], { ...shared, probe, sent_version, ...more });

const rows: Row[] = [
  [
    'a repeat, beside the answer to a probe that may be ignored, says nothing of the version',
    1,
    [foreign('a', null), foreign('b', 1), foreign('c', 7, { seq: '00000002' })],
    'unknown none answer_repeated',
  ],
  ['the same without any other reply', 1, [foreign('a', null), foreign('b', 1)], 'unknown none answer_repeated'],
  ['an answer of its own says more', 1, [foreign('a', null), foreign('b', 1), v1([])], 'not_offered syn_ack no_option'],
  [
    'a key says more',
    1,
    [foreign('a', null), foreign('b', 1), foreign('c', 7, { seq: '00000002' }), v1([key1(fresh)])],
    'capable fresh_key v1_twelve_bytes,key_fresh',
  ],
  [
    'an address that is not global says so too',
    1,
    [foreign('a', null), foreign('b', 1), foreign('c', 7, { seq: '00000002' })],
    'unknown none address_not_global,answer_repeated',
    { scope: 'private' },
  ],
];
cases(test, rows);

/** A generator whose numbers are the same each time. */
function* numbers(seed: number): Generator<number> {
  for (let state = seed; ; ) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    yield state >>> 8;
  }
}

const next = numbers(20_261_126);
function pick<T>(list: readonly [T, ...T[]]): T {
  return list[(next.next().value ?? 0) % list.length] ?? list[0];
}

/** Replies of foreign probers, drawn from few values of each field, so that equal ones meet. */
function randomReply(): ScanEvidence {
  const options = pick<string[]>([[], [], [key1(fresh)], ['1e040101'], ['1e04f101'], ['1e02'], [`1e0c0001${ours}`]]);
  return reply('plain', options, {
    probe: pick(['a', 'b', 'v1', 'v0', 'grease', 'join', 'plain', 'canary']),
    sent_version: pick([null, 0, 1, 2, 15]),
    sent_key: pick([null, ours]),
    sent_option: pick([null, '1e040101', '1e040f01', `1e0c0001${ours}`]),
    source_port: pick([null, 41_000, 41_001]),
    ack: pick([null, '5c000001']),
    seq: pick([null, '00000001', '00000002']),
    classification: pick(['synack_no_option', 'mp_capable', 'rst', 'icmp_unreachable', 'mp_tcprst', 'malformed']),
    tcp_options: pick([null, null, '020405b4', '020405b41e0401', `020405b4${key1(fresh)}`]),
    faults: pick([[], [], ['truncated'], ['canary_returned']]),
  });
}

/** Whether what a record says was sent agrees: the option's version is the one that is named. */
function agrees({ sent_option, sent_version }: ScanEvidence): boolean {
  return sent_version === null ? sent_option === null : sent_option?.[5] === sent_version.toString(16);
}

test('20,000 endpoints of random replies have a verdict by every set of rules, and a claim unless they contradict what was sent', () => {
  const host = { handshake: null, sharedTraces: new Set<string>(), scope: null };
  for (let round = 0; round < 20_000; round += 1) {
    const scans = Array.from({ length: 1 + (round % 4) }, randomReply);
    for (const rules of Object.values(ruleSets)) {
      const { v1: one, v0: other } = judgeVersions([1, 0], { scans, ...host }, rules);
      const uncovered = [one, other].some((verdict) => verdict?.rules.includes('not_covered'));
      assert.not(uncovered && scans.every(agrees), `${rules.name}: ${JSON.stringify(scans)}`);
    }
  }
});

test('what no claim covers is unknown and says so, and ends nothing', () => {
  const none = { ...ruleSets.ours, claims: [] };
  const host = { scans: [v1([])], handshake: null, sharedTraces: new Set<string>(), scope: null };
  const { verdict, rules, rung } = judgeVersions([1], host, none).v1 ?? {};
  assert.equal([verdict, rung, rules], ['unknown', 'none', ['not_covered']]);
});

test.run();
