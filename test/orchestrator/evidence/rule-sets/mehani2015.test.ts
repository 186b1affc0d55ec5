import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { ScanEvidence } from '../../../../orchestrator/evidence/answers.ts';
import type { Evidence } from '../../../../orchestrator/evidence/facts.ts';
import { ruleSets } from '../../../../orchestrator/evidence/rule-sets/rule-sets.ts';
import { judgeHost } from '../../../../orchestrator/evidence/verdict.ts';
import { RuleSetName } from '../../../../orchestrator/schemas/lists.ts';
import { fresh, key0, key1, reply, v0, v0Syn, v1, v1Syn, zero } from '../replies.ts';

const test = suite('evidence/rule-sets/mehani2015');
const { mehani2015 } = ruleSets;

function judge(version: 0 | 1, scans: ScanEvidence[]) {
  return judgeHost({ version, scans, handshake: null, sharedTraces: new Set(), scope: 'private' }, mehani2015);
}

/** Verdict by the study's rule beside ours. */
const rows: [sentence: string, version: 0 | 1, scans: ScanEvidence[], study: string, ours: string][] = [
  ['a fresh key', 0, [v0([key0(fresh)])], 'capable study_option_carried', 'capable'],
  ['our own option returned', 0, [v0([v0Syn])], 'capable study_option_carried', 'echoed_option'],
  ['a key of zeros', 0, [v0([key0(zero)])], 'capable study_option_carried', 'echoed_option'],
  ['an option cut short', 0, [v0(['1e08000110203040'])], 'capable study_option_carried', 'echoed_option'],
  ['the other version in the option', 0, [v0([key1(fresh)])], 'capable study_option_carried', 'not_offered'],
  [
    'the option in one of two answers',
    0,
    [v0([]), v0([v0Syn], { seq: '00000001' })],
    'capable study_option_carried',
    'echoed_option',
  ],
  ['an MP_JOIN', 0, [v0(['1e0c1001aabbccdd00112233'])], 'not_offered study_option_absent', 'malformed'],
  ['kind 30 without a subtype', 0, [v0(['1e02'])], 'not_offered study_option_absent', 'malformed'],
  ['no option', 0, [v0([])], 'not_offered study_option_absent', 'not_offered'],
  ['a RST', 0, [v0([], { classification: 'rst' })], 'refused study_rst', 'refused'],
  ['an ICMP error', 0, [v0([], { classification: 'icmp_unreachable' })], 'unknown study_icmp_error', 'unknown'],
  ['an answer to the other version only', 0, [v1([v1Syn])], 'silent study_no_response', 'silent'],
  ['v1 returned to a v1 probe', 1, [v1([v1Syn])], 'capable study_option_carried', 'echoed_option'],
  [
    'an echo of v0 beside a key of v1',
    1,
    [v1([key1(fresh)]), v0([v0Syn])],
    'capable study_option_carried',
    'echoed_option',
  ],
  ['a RST that carries the option', 0, [v0([v0Syn], { classification: 'rst' })], 'refused study_rst', 'refused'],
  ['an answer to a plain SYN', 0, [reply('plain', [key0(fresh)])], 'silent study_no_response', 'silent'],
];
for (const [sentence, version, scans, study, ours] of rows) {
  test(`${sentence}: ${study} by the study, ${ours} by us`, () => {
    const { verdict, rules, rule_set, rules_version } = judge(version, scans);
    assert.is(`${verdict} ${rules.join(',')}`, study);
    assert.equal([rule_set, rules_version], ['mehani2015', mehani2015.version]);
    const own = judgeHost({ version, scans, handshake: null, sharedTraces: new Set(), scope: null });
    assert.equal([own.verdict, own.rule_set], [ours, 'ours']);
  });
}

test('no evidence of a connection lifts what the study calls capable', () => {
  const announced = [
    {
      address: '10.1.2.3',
      port: null,
      address_id: 1,
      scope: 'private' as const,
      hmac: 'valid' as const,
      hmac_form: 'rightmost64' as const,
      count: 1,
      joined: null,
      joined_missing: 'not_asked' as const,
      join_failure: null,
      join_reset_reason: null,
      seen_on: ['held' as const],
    },
  ];
  const evidence: Evidence = {
    version: 1,
    scans: [v1([key1(fresh)])],
    handshake: {
      connected: true,
      syn_option: v1Syn,
      synack_option: key1(fresh),
      fallback: false,
      announced,
      mp_join_verified: 1,
    },
    sharedTraces: new Set(),
    scope: null,
  };
  assert.is(judgeHost(evidence).rung, 'join_hmac');
  assert.is(judgeHost(evidence, mehani2015).rung, 'syn_ack');
});

test('every table is entered under its own name, and names no rule as another does', () => {
  for (const name of RuleSetName.options) assert.is(ruleSets[name].name, name);
  const names = Object.values(ruleSets).map(
    ({ claims }) => new Set(claims.flatMap(({ rules }) => rules.map((rule) => rule.name))),
  );
  const all = names.flatMap((set) => [...set]);
  assert.is(new Set(all).size, all.length);
});

test.run();
