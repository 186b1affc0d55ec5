import { type Cluster, type ClusterInterval, clusterInterval } from '../uncertainty/clusters.ts';
import { type Popularity, popularityTest } from '../uncertainty/popularity.ts';
import { randomFrom } from '../uncertainty/random.ts';
import type { ReportFacts } from './facts.ts';
import { rankedOperators, type Vectors } from './ranked.ts';
import type { Results } from './results.ts';
import { countOf, type Query, type Row, rowsOf } from './rows.ts';

/** How sure the counts of capable ones are: what was not decided, and what other ASes might give. */
export interface Uncertain {
  bounds: Bound[];
  /** Of the ratios of Table 1, by country. */
  countries: ReadonlyMap<string, ClusterInterval>;
  /** null: nothing to test. */
  popularity: Popularity | null;
}

/** One published count of capable ones. */
export interface Bound {
  key: (typeof counts)[number]['key'];
  capable: number;
  answered: number;
  unknown: number;
  inconsistent: number;
  /** Replies that were lost; null: how many of these they would have been cannot be told. */
  lost: number | null;
  /** Most that may be capable, never more than answered; null where it cannot be told. */
  most: number | null;
  ases: ClusterInterval;
}

/** The counts, by the columns that they are read from: of summary.sql, undecided.sql and systems.sql. */
const counts = [
  {
    key: 'endpoints_v1',
    capable: 'endpoints_capable_v1',
    answered: 'endpoints_synack_v1',
    open: ['unknown_v1', 'inconsistent_v1'],
    cluster: ['capable_v1', 'synack_v1'],
  },
  {
    key: 'endpoints_v0',
    capable: 'endpoints_capable_v0',
    answered: 'endpoints_synack_v0',
    open: ['unknown_v0', 'inconsistent_v0'],
    cluster: ['capable_v0', 'synack_v0'],
  },
  {
    key: 'addresses',
    capable: 'addresses_capable',
    answered: 'addresses_synack',
    open: ['addresses_unknown', 'addresses_inconsistent'],
    cluster: ['addresses_capable', 'addresses'],
  },
  {
    key: 'domains',
    capable: 'domains_capable',
    answered: 'domains_answered',
    open: ['domains_unknown', 'domains_inconsistent'],
    cluster: ['domains_capable', 'domains'],
  },
] as const;

const noSystems: ClusterInterval = { why: 'of no address the AS is known' };
const noSeed: ClusterInterval = { why: 'there is no run, and so no seed' };

/** Of each count, what other ASes might give. */
function intervals(systems: readonly Row[], seed: number | null): Map<Bound['key'], ClusterInterval> {
  const known = systems.some(({ asn }) => typeof asn === 'number');
  return new Map(
    counts.map(({ key, cluster: [some, all] }) => {
      if (seed === null || !known) return [key, seed === null ? noSeed : noSystems];
      const clusters = systems.map((row): Cluster => ({ n: countOf(row, some), of: countOf(row, all) }));
      return [key, clusterInterval(clusters, randomFrom(seed, `ases ${key}`))];
    }),
  );
}

function bounds(
  results: Results,
  open: Row | undefined,
  ases: ReadonlyMap<Bound['key'], ClusterInterval>,
  facts: ReportFacts,
): Bound[] {
  return counts.map(({ key, capable: n, answered: of, open: [unknown, inconsistent] }) => {
    const [capable, answered] = [results.total(n), results.total(of)];
    const undecided = countOf(open, unknown) + countOf(open, inconsistent);
    // A lost reply is one of one endpoint, and of one address; how many domains it serves nobody knows.
    const lost = key === 'domains' && facts.lost.replies > 0 ? null : facts.lost.replies;
    return {
      key,
      capable,
      answered,
      unknown: countOf(open, unknown),
      inconsistent: countOf(open, inconsistent),
      lost,
      most: lost === null ? null : Math.min(answered, capable + undecided + lost),
      ases: ases.get(key) ?? noSystems,
    };
  });
}

/** Draws of a country's ratio: there may be two hundred countries. */
const countryDraws = 400;

/** Intervals of the ratios of Table 1: an AS is one draw, with all its capable addresses. */
function countries(rows: Row[], seed: number): Map<string, ClusterInterval> {
  const all = new Map<string, number>();
  for (const row of rows) all.set(String(row.asn), (all.get(String(row.asn)) ?? 0) + countOf(row, 'servers'));
  return new Map(
    [...new Set(rows.map((row) => String(row.country)))].map((country) => {
      const own = rows.filter((row) => row.country === country);
      const here = new Map(own.map((row) => [String(row.asn), countOf(row, 'servers')]));
      const clusters = [...all].map(([asn, of]) => ({ n: here.get(asn) ?? 0, of }));
      return [country, clusterInterval(clusters, randomFrom(seed, `country ${country}`), countryDraws)];
    }),
  );
}

/** Everything random begins at the run's seed: the same run gives the same intervals. */
export async function readPopularity(
  query: Query,
  vectors: Vectors,
  { seed }: ReportFacts,
): Promise<Popularity | null> {
  return seed === null
    ? null
    : await popularityTest(await rankedOperators(query, vectors), randomFrom(seed, 'popularity'));
}

/**
 * @param results what the tables say; waited for last: ASes are drawn while those are read
 * @param popularity likewise
 */
export async function readUncertain(
  query: Query,
  results: Promise<Results>,
  popularity: Promise<Popularity | null>,
  facts: ReportFacts,
): Promise<Uncertain> {
  const { seed } = facts;
  const ases = intervals(await rowsOf(query, 'systems'), seed);
  const ofCountries = seed === null ? new Map() : countries(await rowsOf(query, 'country_systems'), seed);
  const [open] = await rowsOf(query, 'undecided');
  return { bounds: bounds(await results, open, ases, facts), countries: ofCountries, popularity: await popularity };
}
