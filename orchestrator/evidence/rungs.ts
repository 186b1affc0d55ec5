import type { Rung } from '../schemas/lists.ts';
import { type Facts, genuine, type Rule } from './facts.ts';

/** A rule that lifts the evidence for a capable host one rung higher; null only reports. Later rungs are higher. */
interface Step extends Rule {
  rung: Rung | null;
}

const byProbe = (facts: Facts, wanted: string) => genuine(facts).some(({ probe }) => probe === wanted);
const keys = (facts: Facts) =>
  new Set(genuine(facts).flatMap(({ probe, shown }) => (probe === 'connection' ? [] : (shown?.key ?? []))));

const steps: readonly Step[] = [
  {
    name: 'key_changes',
    rung: 'second_opinion',
    sentence: 'Two SYNs from different source ports got two different keys.',
    source: 'RFC 8684, 3.1: a key is unique',
    when: (facts) => keys(facts).size > 1,
  },
  {
    name: 'grease_answered_v1',
    rung: 'second_opinion',
    version: 1,
    sentence: 'Asked for a version that nobody speaks, the server offered version 1, as a mirror would not.',
    source: 'RFC 8684, 3.1; Linux 6.18 does it',
    when: (facts) => byProbe(facts, 'grease'),
  },
  {
    name: 'canary_dropped',
    rung: 'second_opinion',
    version: 1,
    sentence: 'An option of an unknown kind beside MP_CAPABLE did not come back: only MPTCP was answered.',
    source: 'RFC 9293, 3.1: unknown options are ignored',
    when: (facts) => byProbe(facts, 'canary'),
  },
  {
    name: 'random_join_refused',
    rung: 'second_opinion',
    version: 1,
    sentence: 'An MP_JOIN with a random token was reset with MP_TCPRST: the server looked the token up.',
    source: 'RFC 8684, 3.2 and 3.6; Linux 6.18 does it',
    when: ({ joinRefused }) => joinRefused,
  },
  {
    name: 'connection_fell_back',
    rung: null,
    sentence: 'A real connection went on as plain TCP: the option does not survive the path both ways.',
    source: 'RFC 8684, 3.7',
    when: ({ connection }) => connection?.fallback === true,
  },
  {
    name: 'connection_mptcp',
    rung: 'connection',
    sentence: 'A real connection was made with MP_CAPABLE and did not fall back.',
    source: 'RFC 8684, 3.1',
    when: (facts) => byProbe(facts, 'connection') && facts.connection?.fallback === false,
  },
  {
    name: 'add_addr_hmac_valid',
    rung: 'add_addr_hmac',
    sentence: 'An announced address carries an HMAC that only the holder of both keys can make.',
    source: 'RFC 8684, 3.4.1',
    when: ({ connection }) => connection?.announced.some(({ hmac }) => hmac === 'valid') ?? false,
  },
  {
    name: 'join_hmac_valid',
    rung: 'join_hmac',
    sentence: 'A second subflow was accepted with an HMAC that only the holder of both keys can make.',
    source: 'RFC 8684, 3.2',
    when: ({ connection }) => (connection?.mp_join_verified ?? 0) > 0,
  },
];

/** The highest rung that the evidence for a capable host reaches, and the rules that say so. */
export function raise(facts: Facts, from: Rung): { rung: Rung; rules: string[] } {
  const held = steps.filter((step) => (step.version ?? facts.version) === facts.version && step.when(facts));
  const rung = held.map((step) => step.rung).findLast((reached) => reached !== null);
  return { rung: rung ?? from, rules: held.map(({ name }) => name) };
}
