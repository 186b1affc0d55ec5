import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { ScanEvidence } from '../../../../orchestrator/evidence/answers.ts';
import { ruleSets } from '../../../../orchestrator/evidence/rule-sets/rule-sets.ts';
import { judgeHost } from '../../../../orchestrator/evidence/verdict.ts';
import { fresh, key0, key1, ours, reply, v0, v0Syn, v1, v1Syn, zero } from '../replies.ts';

const test = suite('evidence/rule-sets/erratum2015');

const swapped = ours.match(/../g)?.reverse().join('') ?? '';

/** Verdicts by the erratum, by the study before it, and by us. */
const rows: [sentence: string, version: 0 | 1, scans: ScanEvidence[], erratum: string, study: string, us: string][] = [
  ['a fresh key', 0, [v0([key0(fresh)])], 'capable erratum_own_key', 'capable', 'capable'],
  ['our own option returned', 0, [v0([v0Syn])], 'echoed_option erratum_mirrored', 'capable', 'echoed_option'],
  [
    'our key in an option with other flags',
    0,
    [v0([`1e0c0081${ours}`])],
    'echoed_option erratum_mirrored',
    'capable',
    'echoed_option',
  ],
  ['our key with its bytes swapped', 0, [v0([key0(swapped)])], 'capable erratum_own_key', 'capable', 'echoed_option'],
  ['a key of zeros', 0, [v0([key0(zero)])], 'capable erratum_own_key', 'capable', 'echoed_option'],
  [
    'an option cut short of a key',
    0,
    [v0(['1e08000110203040'])],
    'echoed_option erratum_mirrored',
    'capable',
    'echoed_option',
  ],
  [
    'our key in one answer, another in the next',
    0,
    [v0([v0Syn]), v0([key0(fresh)], { seq: '00000001' })],
    'capable erratum_own_key',
    'capable',
    'echoed_option',
  ],
  [
    'an MP_JOIN',
    0,
    [v0(['1e0c1001aabbccdd00112233'])],
    'not_offered erratum_option_absent',
    'not_offered',
    'malformed',
  ],
  ['no option', 0, [v0([])], 'not_offered erratum_option_absent', 'not_offered', 'not_offered'],
  ['a RST', 0, [v0([], { classification: 'rst' })], 'refused erratum_rst', 'refused', 'refused'],
  ['a RST with a key', 0, [v0([key0(fresh)], { classification: 'rst' })], 'refused erratum_rst', 'refused', 'refused'],
  [
    'an ICMP error',
    0,
    [v0([], { classification: 'icmp_unreachable' })],
    'unknown erratum_icmp_error',
    'unknown',
    'unknown',
  ],
  ['a key of v1', 1, [v1([key1(fresh)])], 'capable erratum_own_key', 'capable', 'capable'],
  ['v1 returned to a v1 probe', 1, [v1([v1Syn])], 'echoed_option erratum_mirrored', 'capable', 'echoed_option'],
  [
    'an echo of v0 beside a key of v1',
    1,
    [v1([key1(fresh)]), v0([v0Syn])],
    'capable erratum_own_key',
    'capable',
    'echoed_option',
  ],
  ['an answer to a plain SYN', 0, [reply('plain', [key0(fresh)])], 'silent erratum_no_response', 'silent', 'silent'],
];
for (const [sentence, version, scans, erratum, study, us] of rows) {
  test(`${sentence}: ${erratum} by the erratum, ${study} by the study, ${us} by us`, () => {
    const evidence = { version, scans, handshake: null, sharedTraces: new Set<string>(), scope: null };
    const { verdict, rules, rung, rule_set } = judgeHost(evidence, ruleSets.erratum2015);
    assert.is(`${verdict} ${rules.join(',')}`, erratum);
    assert.is(rule_set, 'erratum2015');
    assert.ok(rung === 'none' || rung === 'syn_ack');
    assert.is(judgeHost(evidence, ruleSets.mehani2015).verdict, study);
    assert.is(judgeHost(evidence).verdict, us);
  });
}

test.run();
