/**
 * What disclosure control (docs/methods.md) counts with. A set of endpoints has a size, which is published, and a number of different
 * addresses, which decides whether it may be: five ports of one address are one address.
 */
export interface Count {
  endpoints: number;
  addresses: number;
}

export const none: Count = { endpoints: 0, addresses: 0 };

/**
 * One group of endpoints with a SYN/ACK to one version's probe, cut in pieces that do not overlap:
 * answered = capable + rest, capable = confirmed + unconfirmed.
 */
export interface Pieces {
  answered: Count;
  capable: Count;
  rest: Count;
  /** null: no connection was tried, or none can be (v0). */
  confirmed: Count | null;
  unconfirmed: Count | null;
}

/** How much of a group is told: nothing, how many answered, how many of them are capable, how many of those are confirmed. */
export type Level = 0 | 1 | 2 | 3;

/** Whether addresses of different groups are different ones (places), or may be the same (ports, steps). */
export type Overlap = 'disjoint' | 'shared';

/** Nobody, or k addresses at least. */
export function fits(count: Count, k: number): boolean {
  return count.endpoints === 0 || count.addresses >= k;
}

/** Of several sets together: how many endpoints, and how many different addresses at least. */
export function together(counts: readonly Count[], overlap: Overlap): Count {
  const addresses = counts.map((count) => count.addresses);
  return {
    endpoints: counts.reduce((sum, { endpoints }) => sum + endpoints, 0),
    addresses: overlap === 'disjoint' ? addresses.reduce((sum, n) => sum + n, 0) : Math.max(0, ...addresses),
  };
}

/**
 * Of a part, that nobody is capable is told as little as that some few are: otherwise "withheld" would mean "one at least", and a total
 * over such parts would say more than it should. The whole has no parts beside it, and k of 1 withholds nothing.
 */
function mayTell(count: Count, k: number, isWhole: boolean): boolean {
  return isWhole || k === 1 ? fits(count, k) : count.addresses >= k;
}

/** The most that may be told of a group by itself, not more than of the group that it is part of. */
export function levelAlone(
  { answered, capable, rest, confirmed, unconfirmed }: Pieces,
  { most, k, isWhole }: { most: Level; k: number; isWhole: boolean },
): Level {
  if (most < 1 || answered.endpoints === 0 || answered.addresses < k) return 0;
  if (most < 2 || !mayTell(capable, k, isWhole) || !fits(rest, k)) return 1;
  if (most < 3 || confirmed === null || unconfirmed === null) return 2;
  return mayTell(confirmed, k, isWhole) && fits(unconfirmed, k) ? 3 : 2;
}
