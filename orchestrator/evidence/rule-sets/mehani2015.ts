import { MP_CAPABLE, subtypeOf } from '../../mptcp/option.ts';
import type { Answer } from '../answers.ts';
import type { Facts } from '../facts.ts';
import type { RuleSet } from '../rule.ts';

/**
 * The rule of the study of 2015, from before its erratum: its module "checks whether a response carries the option, too" (section 3).
 * No key, length or other reply is looked at, and no connection: the study's next stage only read what it found. The study asked for
 * v0 alone; asked for v1, the same rule is asked of those replies.
 */

/** Answers to the SYNs of the scan for this version, a repeated packet too. */
const scanned = ({ version, answers }: Facts) =>
  answers.filter(({ probe }) => probe.asks === version && probe.word !== 'connection');

/** The word of the option: kind 30, subtype MP_CAPABLE. */
function carriesCapable({ packet, shown }: Answer): boolean {
  const option = shown?.option ?? null;
  return packet === 'synack' && option !== null && subtypeOf(option) === MP_CAPABLE;
}

const source = 'paper, section 3, "MPTCP port scan"';

export const mehani2015: RuleSet = {
  name: 'mehani2015',
  version: 1,
  sentence:
    'A SYN/ACK with MP_CAPABLE in it is support, whoever wrote it: the rule of the 2015 study, from before its erratum. ' +
    'It looks at no connection, so nothing is confirmed.',
  climbs: false,
  claims: [
    {
      verdict: 'silent',
      rung: 'none',
      needs: 'any',
      rules: [
        {
          name: 'study_no_response',
          sentence: 'Nothing came back to the SYN of the scan.',
          source,
          when: (facts) => scanned(facts).length === 0,
        },
      ],
    },
    {
      verdict: 'capable',
      rung: 'syn_ack',
      needs: 'any',
      rules: [
        {
          name: 'study_option_carried',
          sentence: 'A SYN/ACK carries MP_CAPABLE, of whatever length, version and key.',
          source,
          when: (facts) => scanned(facts).some(carriesCapable),
        },
      ],
    },
    {
      verdict: 'not_offered',
      rung: 'syn_ack',
      needs: 'any',
      rules: [
        {
          name: 'study_option_absent',
          sentence: 'A SYN/ACK came, and none carries MP_CAPABLE.',
          source,
          when: (facts) => scanned(facts).some(({ packet }) => packet === 'synack'),
        },
      ],
    },
    {
      verdict: 'refused',
      rung: 'none',
      needs: 'any',
      rules: [
        {
          name: 'study_rst',
          sentence: 'A RST came and no SYN/ACK.',
          source,
          when: (facts) => scanned(facts).some(({ packet }) => packet === 'rst'),
        },
      ],
    },
    {
      verdict: 'unknown',
      rung: 'none',
      needs: 'any',
      rules: [
        {
          name: 'study_icmp_error',
          sentence: 'Only an ICMP error came.',
          source,
          when: (facts) => scanned(facts).some(({ packet }) => packet === 'icmp'),
        },
      ],
    },
  ],
};
