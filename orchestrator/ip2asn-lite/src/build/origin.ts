import { classifyAsn, FLAG_BITS } from '../asn-class.ts';

/** One origin that peers reported for a prefix: an AS, or the members of an AS_SET (ascending). */
export interface Candidate {
  members: readonly number[];
  isSet: boolean;
  /** How many distinct peers reported it. */
  peers: number;
}

/** The decided origin of a prefix. */
export interface Decision {
  asn: number;
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

/** The rule of this package: the origin that most peers see, all others reported after it. Source: README, "Which origin". */
export function decideOrigin(candidates: readonly Candidate[]): Decision {
  const ranked = [...candidates].sort(byRank);
  const best = ranked[0];
  if (best === undefined) throw new RangeError('a prefix without an origin cannot be decided');
  const origins = [...new Set(ranked.flatMap((candidate) => candidate.members))];
  const asn = lowest(best);
  const flags = classifyAsn(asn) | (best.isSet ? FLAG_BITS.as_set : 0) | (candidates.length > 1 ? FLAG_BITS.moas : 0);
  return { asn, flags, origins };
}

/** The decision where all peers report one and the same AS, as for nearly all prefixes. */
export function soleOrigin(asn: number): Decision {
  return { asn, flags: classifyAsn(asn), origins: [asn] };
}
