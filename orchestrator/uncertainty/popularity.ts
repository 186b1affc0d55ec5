import { setImmediate } from 'node:timers/promises';
import { below, type Random } from './random.ts';

/** The ranked domains of one AS: where each stands in the list, from 0 (top) to 1, and how many of them are capable and where. */
export interface Operator {
  /** Places of its domains that answered, or of a sample of them. */
  places: Float64Array;
  /** How many domains that is a sample of. */
  domains: number;
  capable: number;
  /** Mean position of the capable ones. */
  mean: number;
}

export interface Popularity {
  /** ASes with a capable ranked domain. */
  operators: number;
  /** Mean place of the capable domains, an AS counting once. */
  seen: number;
  /** The same where capability has nothing to do with the place. */
  expected: number;
  /** Share of the exchanges in which they stand as high or higher. */
  p: number;
}

/** ASes of about one size exchange what they have: groups of so many at least, larger ones where ASes are small. */
const leastGroup = 20;
const growth = 1.5;

/** The largest ASes first, in groups of like sizes. */
function groupsOf(operators: readonly Operator[]): Operator[][] {
  const sorted = operators.toSorted((a, b) => b.domains - a.domains);
  const groups: Operator[][] = [];
  let [from, size] = [0, leastGroup];
  while (from < sorted.length) {
    groups.push(sorted.slice(from, from + size));
    from += size;
    size = Math.ceil(size * growth);
  }
  const [last = [], before] = [groups.at(-1), groups.at(-2)];
  if (before !== undefined && last.length < leastGroup) {
    before.push(...last);
    groups.pop();
  }
  return groups;
}

/** A group as plain numbers: ten million times one of some ten million places is drawn, and memory is what that waits for. */
interface Group {
  /** Of each AS. */
  places: Float64Array[];
  domains: Float64Array;
  /** Of those that have any: the capable share of its domains. */
  shares: Float64Array;
  /** Its ASes in the order of the last exchange. */
  order: Int32Array;
}

function plain(group: readonly Operator[]): Group {
  return {
    places: group.map(({ places }) => places),
    domains: Float64Array.from(group, ({ domains }) => domains),
    shares: Float64Array.from(group.filter(({ capable }) => capable > 0).map((one) => one.capable / one.domains)),
    order: Int32Array.from(group.keys()),
  };
}

/** More domains of one AS than this stand, on average, where all of them do. */
const many = 512;

/** Mean place of some domains of an AS, drawn without putting back. */
function meanOfSome(places: Float64Array, count: number, random: Random): number {
  let sum = 0;
  if (count >= places.length || count > many) {
    for (const place of places) sum += place;
    return sum / places.length;
  }
  for (let i = 0; i < count; i += 1) {
    const j = i + below(random, places.length - i);
    const drawn = places[j] ?? 0;
    places[j] = places[i] ?? 0;
    places[i] = drawn;
    sum += drawn;
  }
  return sum / count;
}

const none = new Float64Array();

/** Exchanges between two turns of others: a fiftieth of a second of ten million domains. */
const atOnce = 16;

/** So many of a group, drawn without putting back: the first ones of its order afterwards. */
function drawFirst(order: Int32Array, count: number, random: Random): void {
  for (let i = 0; i < count; i += 1) {
    const j = i + below(random, order.length - i);
    const drawn = order[j] ?? 0;
    order[j] = order[i] ?? 0;
    order[i] = drawn;
  }
}

/** One exchange within a group: adds the mean places of those that have any then to a sum. */
function exchanged(group: Group, before: number, random: Random): number {
  const { places, domains, shares, order } = group;
  let sum = before;
  drawFirst(order, shares.length, random);
  for (let i = 0; i < shares.length; i += 1) {
    const to = order[i] ?? 0;
    const count = Math.max(1, Math.round((shares[i] ?? 0) * (domains[to] ?? 0)));
    sum += meanOfSome(places[to] ?? none, count, random);
  }
  return sum;
}

/**
 * "More popular sites are paying more attention" (paper, section 5.1) as a permutation test by AS. The statistic is the mean place of the
 * capable domains of an AS, averaged over the ASes that have any: an operator of a thousand sites counts once. In each exchange, what
 * share of its domains is capable moves from each such AS to another of like size, and falls on any of that one's domains.
 * Other work has its turn in between: a report waits for its queries meanwhile.
 * @returns null where no AS has a capable ranked domain
 */
export async function popularityTest(
  operators: readonly Operator[],
  random: Random,
  exchanges = 1999,
): Promise<Popularity | null> {
  const holding = operators.filter(({ capable }) => capable > 0);
  if (holding.length === 0) return null;
  const groups = groupsOf(operators)
    .filter((group) => group.some(({ capable }) => capable > 0))
    .map(plain);
  const seen = holding.reduce((sum, { mean }) => sum + mean, 0) / holding.length;
  let [higher, all] = [0, 0];
  for (let exchange = 0; exchange < exchanges; exchange += 1) {
    const mean = groups.reduce((sum, group) => exchanged(group, sum, random), 0) / holding.length;
    all += mean;
    if (mean <= seen + 1e-9) higher += 1;
    if (exchange % atOnce === 0) await setImmediate();
  }
  return { operators: holding.length, seen, expected: all / exchanges, p: (higher + 1) / (exchanges + 1) };
}
