import type { Rung, VerdictName } from '../schemas/lists.ts';
import type { Verdict } from '../schemas/records/hosts.ts';
import type { Fault } from './classify.ts';
import {
  type Evidence,
  type Facts,
  factsOf,
  genuine,
  type Offer,
  optionBytes,
  type Rule,
  reads,
  some,
} from './facts.ts';
import { raise } from './rungs.ts';

/**
 * Evidence -> claim. The one place where a host is called capable. Claims are tried in this order; one holds when `any` or
 * `all` of its rules do. The names of the rules that held are part of every verdict, so that a reader can look each up here.
 */
interface Claim {
  verdict: VerdictName;
  rung: Rung;
  needs: 'any' | 'all';
  rules: readonly Rule[];
}

const erratum = 'erratum of the 2015 paper: mirrors return our key';
const rfc = (version: 0 | 1, section: string) => `RFC ${version === 1 ? '8684' : '6824'}, ${section}`;

const shows = (facts: Facts, fault: Fault) => some(facts, ({ shown }) => shown?.faults.includes(fault) ?? false);

/** A grease SYN without an answer to its option says nothing: ignoring an unknown version is allowed. */
const withoutOption = ({ probe, reading }: Offer) => reading === 'no_option' && probe !== 'grease';
/** The canary shows what the box does to options it does not know; the MPTCP option beside it is another matter. */
const contradicts = (offer: Offer) =>
  withoutOption(offer) ||
  ['malformed', 'other_version'].includes(offer.reading) ||
  (offer.reading === 'echo' && !(offer.shown?.faults.includes('canary_returned') ?? false));

function echo(name: Fault, sentence: string, source: string): Rule {
  return { name, sentence, source, when: (facts) => shows(facts, name) && reads(facts, 'echo') };
}

function twelveBytes(version: 0 | 1, name: string): Rule {
  return {
    name,
    version,
    sentence: 'The SYN/ACK carries a whole MP_CAPABLE of this version: 12 bytes, its key among them.',
    source: rfc(version, '3.1'),
    when: (facts) => genuine(facts).length > 0 && genuine(facts).every((offer) => optionBytes(offer) === 12),
  };
}

const claims: readonly Claim[] = [
  {
    verdict: 'silent',
    rung: 'none',
    needs: 'any',
    rules: [
      {
        name: 'no_reply',
        sentence: 'Nothing came back to any SYN with MP_CAPABLE of this version.',
        source: 'counted, never read as "no"',
        when: ({ offers }) => offers.every(({ probe, reading }) => probe === 'grease' && reading === 'no_option'),
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
        sentence: 'The address is not globally reachable: whoever answered was near us, not the host it names.',
        source: 'RFC 6890 registries',
        when: ({ scope }) => scope !== null && scope !== 'global',
      },
    ],
  },
  {
    verdict: 'inconsistent',
    rung: 'fresh_key',
    needs: 'any',
    rules: [
      {
        name: 'replies_differ',
        sentence: 'One reply is that of an MPTCP server, another SYN/ACK to the same offer is not: backends differ.',
        source: 'paper, section 4.2: load balancers; second opinions',
        when: (facts) => reads(facts, 'genuine') && some(facts, contradicts),
      },
    ],
  },
  {
    verdict: 'echoed_option',
    rung: 'syn_ack',
    needs: 'any',
    rules: [
      {
        name: 'v1_four_bytes',
        sentence: 'The four bytes of our v1 SYN came back where twelve with a key are due.',
        source: rfc(1, '3.1'),
        when: (facts) => some(facts, (offer) => offer.reading === 'echo' && optionBytes(offer) === 4),
      },
      echo('option_echoed', 'Our option came back byte for byte.', erratum),
      echo('key_echoed', 'Our key came back.', erratum),
      echo('key_byte_swapped', 'Our key came back with its bytes or halves swapped.', erratum),
      echo('key_truncated', 'A beginning of our key came back, then zeros or nothing.', erratum),
      echo('key_derived', 'The key holds four bytes or more of ours, or of its complement, in a row.', erratum),
      echo('key_zero', 'The key is zero: an option padded to the length that is due.', rfc(1, '3.1, a key is random')),
      {
        name: 'key_constant',
        sentence: 'The key also came in other replies, or is one that we sent: it is not drawn for this connection.',
        source: rfc(1, '3.1, a key is unique'),
        when: (facts) => some(facts, (offer) => offer.reading === 'echo' && offer.classification !== 'echoed'),
      },
      {
        name: 'grease_copied',
        sentence: 'A version that nobody speaks was agreed to.',
        source: rfc(1, '3.1, version negotiation'),
        when: (facts) => some(facts, ({ probe, reading }) => probe === 'grease' && reading === 'echo'),
      },
      {
        name: 'canary_returned',
        sentence:
          'An option of a kind that nobody knows came back: what this box returns of MPTCP is taken for an echo.',
        source: 'RFC 9293, 3.1: unknown options are ignored; paper, erratum',
        when: (facts) => shows(facts, 'canary_returned') && some(facts, (offer) => optionBytes(offer) > 0),
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
        when: (facts) => some(facts, ({ classification }) => classification === 'malformed'),
      },
      {
        name: 'other_subtype',
        sentence: 'An MPTCP option other than MP_CAPABLE answers MP_CAPABLE.',
        source: rfc(1, '3.1'),
        when: (facts) => some(facts, ({ classification }) => classification === 'other_subtype'),
      },
    ],
  },
  {
    // The line that decides "capable": the full option of the version asked, and a key that nobody could have copied.
    verdict: 'capable',
    rung: 'fresh_key',
    needs: 'all',
    rules: [
      twelveBytes(1, 'v1_twelve_bytes'),
      twelveBytes(0, 'v0_twelve_bytes'),
      {
        name: 'key_fresh',
        sentence: 'The key is not ours, nor made from ours, nor zero, nor seen in any other reply.',
        source: erratum,
        when: (facts) =>
          genuine(facts).length > 0 &&
          genuine(facts).every(({ keyConstant, shown }) => !keyConstant && shown?.key != null),
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
        sentence: 'The server answers with another version than the one asked.',
        source: rfc(1, '3.1, version negotiation'),
        when: (facts) => reads(facts, 'other_version'),
      },
      {
        name: 'no_option',
        sentence: 'A SYN/ACK came without the option, because the server has none or because the path took it away.',
        source: rfc(1, '3.8'),
        when: (facts) => some(facts, withoutOption),
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
        sentence: 'The port is closed: a RST came and no SYN/ACK.',
        source: 'RFC 9293, 3.10.7.1',
        when: (facts) => reads(facts, 'rst'),
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
        sentence: 'Only an ICMP error came: it speaks of the path, not of the host.',
        source: 'RFC 792; RFC 4443',
        when: (facts) => reads(facts, 'icmp'),
      },
    ],
  },
];

/**
 * The claim about one address and port for one version. Pure: the same evidence gives the same verdict, today and on old
 * runs. `replies` are classifications of scan replies, made again from their bytes.
 */
export function judgeHost(evidence: Evidence): Verdict {
  const facts = factsOf(evidence);
  const seen = facts.offers.filter(({ probe }) => probe !== 'connection').map(({ classification }) => classification);
  const replies = [...new Set(seen)].sort();
  const shown = [...genuine(facts), ...facts.offers].find((offer) => offer.shown?.flags != null)?.shown;
  const flags = shown?.flags?.toString(16).padStart(2, '0') ?? null;
  for (const { verdict, rung, needs, rules } of claims) {
    const asked = rules.filter(({ version }) => version === undefined || version === facts.version);
    const held = asked.filter((rule) => rule.when(facts));
    if (needs === 'all' ? held.length < asked.length : held.length === 0) continue;
    const names = held.map(({ name }) => name);
    if (verdict !== 'capable') return { verdict, rung, rules: names, flags, replies };
    const raised = raise(facts, rung);
    return { verdict, rung: raised.rung, rules: [...names, ...raised.rules], flags, replies };
  }
  throw new Error(`no claim covers ${JSON.stringify(replies)}`);
}
