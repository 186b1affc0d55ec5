import type { QueryName, Results } from '../../../orchestrator/report/results.ts';
import { numberOf, type Row } from '../../../orchestrator/report/rows.ts';

/** What queries gave, written by hand: headline numbers that are not given are 0, queries that are not given have no rows. */
export function makeResults(
  summary: Row,
  rows: Partial<Record<QueryName, Row[]>> = {},
  coverage: Results['coverage'] = [],
): Results {
  return {
    rows: (name) => rows[name] ?? [],
    total: (column) => numberOf(summary, column) ?? 0,
    known: (column) => numberOf(summary, column),
    summary,
    unasked: {},
    coverage,
  };
}
