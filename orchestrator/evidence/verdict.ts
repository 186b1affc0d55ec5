import type { VerdictName } from '../schemas/lists.ts';
import type { Verdict } from '../schemas/records/hosts.ts';
import { type Evidence, type Facts, factsOf } from './facts.ts';
import { carries, genuine, has, keysOfSyn, mute, offered, others, own, sound, synacks, whole } from './readings.ts';
import { asked, type Claim, type Rule, type RuleSet, uncovered } from './rule.ts';
import { proven, raise } from './rungs.ts';
import { endpointSigns, isEcho, type Sign, signs } from './signs.ts';

/*
 * Evidence -> claim. The one place where we call a host capable. Claims are tried in this order; the names of the rules that held are
 * part of every verdict. A change that can alter one increments the version of this file, signs.ts and rungs.ts.
 */
export const rulesVersion = 3;

const rfc = (version: 0 | 1, section: string) => `RFC ${version === 1 ? '8684' : '6824'}, ${section}`;

/** A sign in an answer to this version's own probes. */
function shownByOwn(sign: Sign): Rule {
  return { ...sign, when: (facts) => own(facts).some(sign.of) };
}

/** A sign of the endpoint, in the answer to any probe. Answers to other probes only speak against something that was offered. */
function shownByAny(sign: Sign): Rule {
  return { ...sign, when: (facts) => (offered(facts) ? facts.answers : own(facts).filter(carries)).some(sign.of) };
}

function wholeOption(version: 0 | 1, name: string): Rule {
  return {
    name,
    version,
    sentence: 'Every SYN/ACK carries a whole MP_CAPABLE of this version: 12 bytes with sound flags and a key.',
    source: rfc(version, '3.1'),
    when: (facts) => synacks(facts).length > 0 && synacks(facts).every(whole),
  };
}

export const claims: readonly Claim[] = [
  {
    verdict: 'silent',
    rung: 'none',
    needs: 'any',
    rules: [
      {
        name: 'no_reply',
        sentence: 'Nothing came back to any SYN with MP_CAPABLE of this version.',
        source: 'counted, never read as "no"',
        when: (facts) => facts.answers.every((answer) => answer.probe.asks !== facts.version || mute(answer)),
      },
    ],
  },
  {
    verdict: 'unknown',
    rung: 'none',
    needs: 'any',
    rules: [
      {
        name: 'address_not_global',
        sentence:
          'The address is not globally reachable: the reply came from near the scanner, not from the host it names.',
        source: 'RFC 6890 registries',
        when: ({ scope }) => scope !== null && scope !== 'global',
      },
      {
        name: 'answer_repeated',
        sentence:
          'Beside answers that owe no option, only a repeat of the reply to another probe arrived: the server still held that SYN, which had the same sequence number.',
        source: 'Linux 6.18: a server in SYN_RECV repeats its first SYN/ACK',
        when: (facts) => own(facts).every(mute),
      },
    ],
  },
  {
    verdict: 'inconsistent',
    rung: 'fresh_key',
    needs: 'any',
    rules: [
      {
        name: 'echo_beside_proof',
        sentence: 'One connection proved with an HMAC that the server holds both keys, while another reply is an echo.',
        source: rfc(1, '3.2 and 3.4.1'),
        when: (facts) => proven(facts) && facts.answers.some(isEcho),
      },
    ],
  },
  {
    verdict: 'echoed_option',
    rung: 'syn_ack',
    needs: 'any',
    rules: [
      {
        name: 'echo_in_other_version',
        sentence: 'A reply to the other MPTCP version is an echo: this endpoint returns what it receives.',
        source: 'erratum of the 2015 paper; measured: a box that pads v1 to 12 bytes returns v0 as it is',
        when: (facts) => offered(facts) && others(facts).some(isEcho),
      },
      ...endpointSigns.map(shownByAny),
    ],
  },
  {
    // The line that decides "capable": the full option of the version asked, and a key that nobody could have copied.
    verdict: 'capable',
    rung: 'fresh_key',
    needs: 'all',
    rules: [
      wholeOption(1, 'v1_twelve_bytes'),
      wholeOption(0, 'v0_twelve_bytes'),
      {
        name: 'key_fresh',
        sentence:
          'Each key answers one SYN and each SYN got one key; none is zero, ours, derived from what we sent, or seen elsewhere.',
        source: 'erratum of the 2015 paper: mirrors return our key',
        when: (facts) => !synacks(facts).some(isEcho) && keysOfSyn(facts) <= 1,
      },
    ],
  },
  { verdict: 'echoed_option', rung: 'syn_ack', needs: 'any', rules: signs.map(shownByOwn) },
  {
    verdict: 'inconsistent',
    rung: 'fresh_key',
    needs: 'any',
    rules: [
      {
        name: 'replies_differ',
        sentence: 'One SYN/ACK is that of an MPTCP server, another to the same offer is not: backends differ.',
        source: 'paper, section 4.2: load balancers; second opinions',
        when: (facts) => genuine(facts).length > 0 && genuine(facts).length < synacks(facts).length,
      },
      {
        name: 'one_syn_two_keys',
        sentence: 'One SYN was answered with two different keys, by two backends or by one server twice.',
        source: rfc(1, '3.1: a repeated SYN/ACK carries the same key'),
        when: (facts) => keysOfSyn(facts) > 1,
      },
    ],
  },
  {
    verdict: 'malformed',
    rung: 'syn_ack',
    needs: 'any',
    rules: [
      {
        name: 'option_malformed',
        sentence: 'The option breaks the format: length, flags, duplicates, or an option area that cannot be walked.',
        source: rfc(1, '3.1'),
        when: (facts) => synacks(facts).some((answer) => !sound(answer)),
      },
      {
        name: 'other_subtype',
        sentence: 'An MPTCP option other than MP_CAPABLE answers MP_CAPABLE.',
        source: rfc(1, '3.1'),
        when: (facts) =>
          synacks(facts).some((answer) => sound(answer) && carries(answer) && answer.shown?.version === null),
      },
    ],
  },
  {
    verdict: 'not_offered',
    rung: 'syn_ack',
    needs: 'any',
    rules: [
      {
        name: 'other_version',
        sentence: 'The server answered with a version other than the one asked for.',
        source: rfc(1, '3.1, version negotiation'),
        when: (facts) => synacks(facts).some((answer) => has(answer, 'unexpected_version')),
      },
      {
        name: 'no_option',
        sentence: 'A SYN/ACK arrived without the option: the server did not send it, or the path removed it.',
        source: rfc(1, '3.8'),
        when: (facts) => synacks(facts).some((answer) => !carries(answer)),
      },
    ],
  },
  {
    verdict: 'refused',
    rung: 'none',
    needs: 'any',
    rules: [
      {
        name: 'rst',
        sentence: 'The port is closed: a RST arrived and no SYN/ACK.',
        source: 'RFC 9293, 3.10.7.1',
        when: (facts) => own(facts).some(({ packet }) => packet === 'rst'),
      },
    ],
  },
  {
    verdict: 'unknown',
    rung: 'none',
    needs: 'any',
    rules: [
      {
        name: 'icmp_error',
        sentence: 'Only an ICMP error arrived: it describes the path, not the host.',
        source: 'RFC 792; RFC 4443',
        when: (facts) => own(facts).some(({ packet }) => packet === 'icmp'),
      },
    ],
  },
];

export const ours: RuleSet = {
  name: 'ours',
  version: rulesVersion,
  sentence: 'The option must be whole and its key fresh.',
  claims,
  climbs: true,
};

function holds({ needs, rules }: Claim, facts: Facts): boolean {
  const due = rules.filter((rule) => asked(rule, facts));
  return needs === 'all' ? due.every((rule) => rule.when(facts)) : due.some((rule) => rule.when(facts));
}

/** Names of all rules of this verdict that hold: those that identify a mirror are in more than one claim. */
function namesOf({ claims }: RuleSet, verdict: VerdictName, facts: Facts): string[] {
  const rules = claims.flatMap((claim) => (claim.verdict === verdict && holds(claim, facts) ? claim.rules : []));
  return rules.filter((rule) => asked(rule, facts) && rule.when(facts)).map(({ name }) => name);
}

/** The claim about one address and port for one version. Pure: the same evidence gives the same verdict, today and on old runs. */
export function judgeHost(evidence: Evidence, set = ours): Verdict {
  return judgeFacts(factsOf(evidence), set);
}

export function judgeFacts(facts: Facts, set = ours): Verdict {
  const claim = set.claims.find((one) => holds(one, facts));
  if (claim === undefined) return uncovered(set);
  const asking = facts.answers.filter(({ probe }) => probe.asks === facts.version);
  const replies = [...new Set(asking.filter(({ syn }) => syn !== 'connection').map((answer) => answer.classification))];
  const flagged = [...genuine(facts), ...asking].find(({ shown }) => shown?.flags != null)?.shown?.flags;
  const climbs = set.climbs && (claim.verdict === 'capable' || proven(facts));
  const raised = climbs ? raise(facts, claim.rung) : { rung: claim.rung, rules: [] };
  return {
    verdict: claim.verdict,
    rung: raised.rung,
    rules: [...namesOf(set, claim.verdict, facts), ...raised.rules],
    flags: flagged?.toString(16).padStart(2, '0') ?? null,
    replies: replies.sort(),
    rule_set: set.name,
    rules_version: set.version,
  };
}
