import type { Rung } from '../schemas/lists.ts';
import type { Facts } from './facts.ts';
import { probeNamed } from './probes.ts';
import { genuine, keysOfSyn } from './readings.ts';
import type { Rule } from './rule.ts';

/** A rule that lifts the evidence for a capable host one rung higher; null only reports. Later rungs are higher. */
interface Step extends Rule {
  rung: Rung | null;
}

/** Where an MP_TCPRST has its reason, and the one for a token that nobody knows; a box that lets no joins pass has others (RFC 8684, 3.2 and 3.6). */
const REASON_AT = 3;
const MPTCP_SPECIFIC = 1;

const byProbe = (facts: Facts, wanted: string) => genuine(facts).some(({ probe }) => probe.word === wanted);

/** Two SYNs, distinguished by source port and number, with a key each. */
function keysChange(facts: Facts): boolean {
  const answers = genuine(facts).filter(({ probe }) => probe.word !== 'connection');
  const keys = new Set(answers.map(({ shown }) => shown?.key));
  return new Set(answers.map(({ syn }) => syn)).size > 1 && keys.size > 1 && keysOfSyn(facts) <= 1;
}

const hmacAnnounced = ({ connection }: Facts) => connection?.announced.some(({ hmac }) => hmac === 'valid') ?? false;
const hmacJoined = ({ connection }: Facts) => (connection?.mp_join_verified ?? 0) > 0;

/** The endpoint proved with an HMAC that it holds both keys of a connection. */
export const proven = (facts: Facts) => hmacAnnounced(facts) || hmacJoined(facts);

export const steps: readonly Step[] = [
  {
    name: 'key_changes',
    version: 1,
    rung: null,
    sentence: 'Two SYNs got two different keys; a box that pads the option with random bytes does that too.',
    source: 'RFC 8684, 3.1: a key is unique',
    when: keysChange,
  },
  {
    name: 'v0_key_changes',
    version: 0,
    rung: 'second_opinion',
    sentence: 'Two SYNs carrying two different keys got two other keys; a padded copy of our option cannot do that.',
    source: 'RFC 6824, 3.1: a key is unique, and the SYN has one',
    when: keysChange,
  },
  {
    name: 'grease_answered_v1',
    rung: 'second_opinion',
    version: 1,
    sentence: 'Asked for a version that does not exist, the server offered version 1; a mirror would not.',
    source: 'RFC 8684, 3.1; Linux 6.18 does it',
    when: (facts) => byProbe(facts, 'grease'),
  },
  {
    name: 'canary_dropped',
    rung: null,
    version: 1,
    sentence:
      'An option of an unassigned kind beside MP_CAPABLE did not come back; a box that pads only MPTCP options drops it too.',
    source: 'RFC 9293, 3.1: unknown options are ignored',
    when: (facts) => byProbe(facts, 'canary'),
  },
  {
    name: 'random_join_refused',
    rung: 'second_opinion',
    version: 1,
    sentence:
      'An MP_JOIN with a random token was reset with MP_TCPRST and the reason for that, 1: the server looked the token up.',
    source: 'RFC 8684, 3.2 and 3.6; Linux 6.18 does it',
    when: ({ answers }) =>
      answers.some(
        ({ probe, classification, shown }) =>
          probe.word === 'join' && classification === 'mp_tcprst' && shown?.option?.[REASON_AT] === MPTCP_SPECIFIC,
      ),
  },
  {
    name: 'connection_fell_back',
    rung: null,
    sentence: 'A real connection fell back to plain TCP: a middlebox, a proxy or another backend does not carry MPTCP.',
    source: 'RFC 8684, 3.7',
    when: ({ connection }) => connection?.fallback === true,
  },
  {
    name: 'connection_mptcp',
    rung: 'connection',
    sentence: 'A real connection was established with MP_CAPABLE and did not fall back.',
    source: 'RFC 8684, 3.1',
    when: (facts) => byProbe(facts, 'connection') && facts.connection?.fallback === false,
  },
  {
    name: 'add_addr_hmac_valid',
    rung: 'add_addr_hmac',
    sentence: 'An announced address carries an HMAC that only the holder of both keys can compute.',
    source: 'RFC 8684, 3.4.1',
    when: hmacAnnounced,
  },
  {
    name: 'join_hmac_valid',
    rung: 'join_hmac',
    sentence: 'A second subflow was accepted with an HMAC that only the holder of both keys can compute.',
    source: 'RFC 8684, 3.2',
    when: hmacJoined,
  },
];

/** Rules that the answered probes can satisfy (probes.ts). A connection counts even when its SYN lost the option. */
function raisable({ answers, connection }: Facts): Set<string> {
  const asked = [...answers.map(({ probe }) => probe), ...(connection === null ? [] : [probeNamed('connection', 1)])];
  return new Set(asked.flatMap(({ raises }) => raises));
}

/** The highest rung that the evidence for a capable host reaches, and the rules that show it. */
export function raise(facts: Facts, from: Rung): { rung: Rung; rules: string[] } {
  const may = raisable(facts);
  const ofVersion = steps.filter(({ name, version }) => may.has(name) && (version ?? facts.version) === facts.version);
  const held = ofVersion.filter((step) => step.when(facts));
  const rung = held.map((step) => step.rung).findLast((reached) => reached !== null);
  return { rung: rung ?? from, rules: held.map(({ name }) => name) };
}
