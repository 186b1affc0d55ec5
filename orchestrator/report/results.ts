import type { Clients } from '../clients/gather.ts';
import { allOf } from '../core/side-by-side/all-of.ts';
import { isUnasked, type Unasked, unaskedOf } from './caveats/unasked.ts';
import type { ReportFacts } from './facts.ts';
import type { Query, Row } from './rows.ts';
import { countOf, numberOf, rowsOf } from './rows.ts';
import type { Uncertain } from './uncertain.ts';

/** The published queries, one .sql file each. */
const queries = [
  'verdicts',
  'not_counted',
  'rungs',
  'ports',
  'families',
  'dense',
  'table1',
  'table2',
  'organisations',
  'operators',
  'domain_countries',
  'domain_systems',
  'domain_organisations',
  'table3',
  'table4',
  'fingerprints',
  'system_signs',
  'nearer',
  'ways',
  'changed_by',
  'causes',
  'mixed_domains',
  'first_mixed',
  'lists',
  'announcements',
  'connections',
  'multihomed',
  'joins',
  'host_sizes',
  'announcers',
  'host_places',
  'paths',
  'path_ratios',
  'map',
  'rank_cdf',
  'top_groups',
  'coverage',
  'controls',
  'rescan',
] as const;
export type QueryName = (typeof queries)[number];

/** Rows of every query, the headline numbers, and why values are missing. */
export interface Results {
  rows: (name: QueryName) => Row[];
  /** Headline numbers by column of summary.sql. */
  total: (column: string) => number;
  /** The same where a number may not be known, or of a version that was not asked. */
  known: (column: string) => number | null;
  summary: Row;
  /** Versions without numbers. */
  unasked: Unasked;
  coverage: Coverage[];
  /** No run stands behind the numbers: they come from replies alone. */
  alone?: boolean;
  /** MPTCP clients that others saw; null or absent: none were given. */
  clients?: Clients | null;
  /** How sure the counts are; absent where nobody asked. */
  uncertain?: Uncertain;
  /** How ASes are assigned to organisations. Default: by names. */
  groupedBy?: 'names' | 'file';
}

/** For one field: how many capable addresses have a value, and why the others have none. */
export interface Coverage {
  field: string;
  known: number;
  missing: [reason: string, addresses: number][];
}

function coverageOf(rows: Row[]): Coverage[] {
  const fields = [...new Set(rows.map((row) => String(row.field)))];
  return fields.map((field) => {
    const states = rows.filter((row) => row.field === field);
    const missing = states.filter((row) => row.state !== 'known');
    return {
      field,
      known: states.filter((row) => row.state === 'known').reduce((sum, row) => sum + countOf(row, 'addresses'), 0),
      missing: missing.map((row) => [String(row.state), countOf(row, 'addresses')]),
    };
  });
}

/** They look at the rank of every entry of the list, beside the others: all of those together take less time. */
const overRanks: readonly QueryName[] = ['rank_cdf', 'top_groups'];

/** Runs every query of the report. */
export async function readResults(
  query: Query,
  facts: Pick<ReportFacts, 'versions' | 'replies'> = { versions: null, replies: null },
): Promise<Results> {
  const summary = (await rowsOf(query, 'summary'))[0] ?? {};
  const unasked = unaskedOf(facts, summary);
  const found = new Map<QueryName, Row[]>();
  const run = async (names: readonly QueryName[]) => {
    for (const name of names) found.set(name, await rowsOf(query, name));
  };
  await allOf([run(overRanks), run(queries.filter((name) => !overRanks.includes(name)))]);
  return {
    rows: (name) => found.get(name) ?? [],
    alone: facts.replies !== null,
    summary,
    unasked,
    total: (column) => countOf(summary, column),
    known: (column) => (isUnasked(unasked, column) ? null : numberOf(summary, column)),
    coverage: coverageOf(found.get('coverage') ?? []),
  };
}
