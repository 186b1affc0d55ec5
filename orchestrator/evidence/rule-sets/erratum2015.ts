import { MP_CAPABLE, subtypeOf } from '../../mptcp/option.ts';
import type { Answer } from '../answers.ts';
import type { Facts } from '../facts.ts';
import type { Rule, RuleSet } from '../rule.ts';

/**
 * The rule of the study's erratum of 2015-10-21: from 2015-09-09 on it was watched "that the sender's key was different in the reply";
 * whatever returned the study's own key was a mirror. Nothing else of the key is looked at, and no other reply: a key that a box made
 * out of ours, or gives everybody, counts as support. A v1 SYN has no key: there a mirror returns an option without any.
 */

/** Answers to the SYNs of the scan for this version, a repeated packet too. */
const scanned = ({ version, answers }: Facts) =>
  answers.filter(({ probe }) => probe.asks === version && probe.word !== 'connection');

function carriesCapable({ packet, shown }: Answer): boolean {
  const option = shown?.option ?? null;
  return packet === 'synack' && option !== null && subtypeOf(option) === MP_CAPABLE;
}

/** The key in the reply, where it has one and it is not ours. */
function hasOwnKey(answer: Answer): boolean {
  const { shown } = answer;
  const isOurs = shown?.faults.some((fault) => fault === 'key_echoed' || fault === 'option_echoed') ?? false;
  return carriesCapable(answer) && shown?.key != null && !isOurs;
}

const source = 'paper, erratum of 2015-10-21';

function of(verdict: RuleSet['claims'][number]['verdict'], rung: 'none' | 'syn_ack', rule: Omit<Rule, 'source'>) {
  return { verdict, rung, needs: 'any' as const, rules: [{ ...rule, source }] };
}

export const erratum2015: RuleSet = {
  name: 'erratum2015',
  version: 1,
  sentence:
    "A SYN/ACK with MP_CAPABLE and a key that is not the one we sent is support: the rule of the 2015 study's erratum. " +
    'It looks at no connection, so nothing is confirmed.',
  climbs: false,
  claims: [
    of('silent', 'none', {
      name: 'erratum_no_response',
      sentence: 'Nothing came back to the SYN of the scan.',
      when: (facts) => scanned(facts).length === 0,
    }),
    of('capable', 'syn_ack', {
      name: 'erratum_own_key',
      sentence: 'A SYN/ACK carries MP_CAPABLE with a key that is not the one in our SYN.',
      when: (facts) => scanned(facts).some(hasOwnKey),
    }),
    of('echoed_option', 'syn_ack', {
      name: 'erratum_mirrored',
      sentence: 'A SYN/ACK carries MP_CAPABLE, and none has a key but ours.',
      when: (facts) => scanned(facts).some(carriesCapable),
    }),
    of('not_offered', 'syn_ack', {
      name: 'erratum_option_absent',
      sentence: 'A SYN/ACK came, and none carries MP_CAPABLE.',
      when: (facts) => scanned(facts).some(({ packet }) => packet === 'synack'),
    }),
    of('refused', 'none', {
      name: 'erratum_rst',
      sentence: 'A RST came and no SYN/ACK.',
      when: (facts) => scanned(facts).some(({ packet }) => packet === 'rst'),
    }),
    of('unknown', 'none', {
      name: 'erratum_icmp_error',
      sentence: 'Only an ICMP error came.',
      when: (facts) => scanned(facts).some(({ packet }) => packet === 'icmp'),
    }),
  ],
};
