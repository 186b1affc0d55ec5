import { classifyAsn, FLAG_BITS } from '../asn-class.ts';

/** One origin that peers reported for a prefix: an AS, or the members of an AS_SET (ascending). */
export interface Candidate {
  members: readonly number[];
  isSet: boolean;
  /** How many distinct peers reported it. */
  peers: number;
}

/** What is decided of a prefix. */
export interface Decision {
  flags: number;
  /** All origins, the decided one first. */
  origins: readonly number[];
}

function lowest(candidate: Candidate): number {
  return candidate.members[0] ?? 0;
}

/** Most peers first; ties by lowest ASN, and a plain AS before a set that starts with it. */
function byRank(a: Candidate, b: Candidate): number {
  return (
    b.peers - a.peers ||
    lowest(a) - lowest(b) ||
    Number(a.isSet) - Number(b.isSet) ||
    a.members.length - b.members.length
  );
}

/** The flags of a prefix whose origin is an AS or a set that begins with it, one of so many. */
export function flagsOf(asn: number, isSet: boolean, candidates: number): number {
  return classifyAsn(asn) | (isSet ? FLAG_BITS.as_set : 0) | (candidates > 1 ? FLAG_BITS.moas : 0);
}

/** The rule of this package: the origin that most peers see, all others reported after it. Source: README, "Which origin". */
export function decideOrigin(candidates: readonly Candidate[]): Decision {
  const ranked = [...candidates].sort(byRank);
  const best = ranked[0];
  if (best === undefined) throw new RangeError('a prefix without an origin cannot be decided');
  const origins = [...new Set(ranked.flatMap((candidate) => candidate.members))];
  return { flags: flagsOf(lowest(best), best.isSet, candidates.length), origins };
}
