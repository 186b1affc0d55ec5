import type { OptionShows } from '../../mptcp/quoted.ts';

/** What a sweep of growing TTLs shows of the way to an address: where our option was last as we sent it, and where it first was not. */

export interface Quote {
  ttl: number;
  address: string;
  shows: OptionShows | null;
}

export interface Change {
  /** The last hop that the option reached as it was sent; null when none is known. */
  lastIntact: Quote | null;
  /** The first hop that it reached otherwise; null where it never did. What changed it stands between the two. */
  firstChanged: Quote | null;
  /** Hops that quoted it otherwise though one behind them still had it as it was sent: the quote was changed, or the way is not one. */
  contradicted: number;
}

const isIntact = ({ shows }: Quote) => shows === 'intact';
const isOther = ({ shows }: Quote) => shows === 'moved' || shows === 'changed' || shows === 'stripped';

function byTtl(a: Quote, b: Quote): number {
  return a.ttl - b.ttl || (a.address < b.address ? -1 : 1);
}

/** @param quotes of one target and one kind of SYN, in any order */
export function changeOf(quotes: readonly Quote[]): Change {
  const sorted = [...quotes].sort(byTtl);
  const lastIntact = sorted.findLast(isIntact) ?? null;
  const reached = lastIntact?.ttl ?? 0;
  const firstChanged = sorted.find((quote) => isOther(quote) && quote.ttl > reached) ?? null;
  return {
    lastIntact,
    firstChanged,
    contradicted: sorted.filter((quote) => isOther(quote) && quote.ttl <= reached).length,
  };
}

/**
 * How many hops nearer than the address itself the SYN was answered, at least; 0 where that is not shown. A SYN was answered at a TTL at
 * which an echo request to the same address still expired on its way: whoever answered is not where the ping goes.
 * @param answered least TTL of a SYN that was answered
 * @param expired largest TTL of an echo request that expired on its way
 */
export function hopsNearer(answered: number | null, expired: number | null): number {
  return answered === null || expired === null ? 0 : Math.max(0, expired - answered + 1);
}
