import type { DuckDBInstance } from '@duckdb/node-api';
import { rows } from '../../core/database/duckdb.ts';
import { formatShare, plural } from '../../report/format.ts';
import { Row } from '../../report/rows.ts';
import type { Table } from '../../report/tables/table.ts';
import type { History } from '../../schemas/records/history/history.ts';
import type { HistoryRun } from '../../schemas/records/history/run.ts';

const minute = (time: string) => `${time.slice(0, 16)}Z`;

const percentOf = (n: number | null, of: number | null) =>
  n === null || of === null || of === 0 ? null : (100 * n) / of;

function runRowOf(run: HistoryRun): Row {
  const changed = run.marks.map(({ mark, before, after }) => `${mark}: ${before} → ${after}`);
  return {
    time: minute(run.time),
    run: run.run,
    answered_v1: run.answered_v1,
    capable_v1: run.capable_v1,
    share_v1: percentOf(run.capable_v1, run.answered_v1),
    confirmed_v1: run.confirmed_v1,
    answered_v0: run.answered_v0,
    capable_v0: run.capable_v0,
    rescan_v1: percentOf(run.rescan_equal_v1, run.rescan_answered_v1),
    rescan_v0: percentOf(run.rescan_equal_v0, run.rescan_answered_v0),
    confidence: run.confidence,
    why: run.confidence_reasons.map(({ text }) => text).join('; '),
    changed: [...(run.missed > 0 ? [`${plural(run.missed, 'run', 'runs')} missed before`] : []), ...changed].join('; '),
    rules: `${run.judged_by ?? 'unknown'}${run.rejudged ? `, judged again by ${run.rules_version}` : ''}`,
  };
}

/** Every run of the series with what bears on its comparison with the others. */
export function runTable({ runs, rules_version }: History): Table {
  const checked = runs.filter(({ vantage_checked }) => vantage_checked).length;
  return {
    id: 'runs',
    title: 'The runs',
    columns: [
      { key: 'time', title: 'Scan began, UTC', kind: 'text' },
      { key: 'run', title: 'Run', kind: 'text' },
      { key: 'answered_v1', title: 'Answered v1', kind: 'count' },
      { key: 'capable_v1', title: 'Capable v1', kind: 'count' },
      { key: 'share_v1', title: 'Share', kind: 'percent' },
      { key: 'confirmed_v1', title: 'Confirmed', kind: 'count' },
      { key: 'answered_v0', title: 'Answered v0', kind: 'count' },
      { key: 'capable_v0', title: 'Capable v0', kind: 'count' },
      { key: 'rescan_v1', title: 'Two scans agree v1', kind: 'percent' },
      { key: 'rescan_v0', title: 'v0', kind: 'percent' },
      { key: 'confidence', title: 'Confidence', kind: 'text' },
      { key: 'why', title: 'Why', kind: 'text' },
      { key: 'changed', title: 'Changed against the run before', kind: 'text' },
      { key: 'rules', title: 'Judged by rules', kind: 'text' },
    ],
    rows: runs.map(runRowOf),
    denominator: `${plural(runs.length, 'run', 'runs')}, all judged by rules ${rules_version}. Shares are of the endpoints with a SYN/ACK to the v1 probe.`,
    meaning: `Confidence is based on what each run counted about itself: its own losses, its controls, its sentinels. Two scans agree: of the endpoints that were scanned twice within the run and answered once at least, those with one verdict; a dash: there was no rescan. Sound means that none of this speaks against the point, not that it is right; sentinels were asked in ${checked} of ${runs.length} runs (${formatShare(checked, runs.length)}).`,
    empty: 'There is no run.',
  };
}

/** Given folders that are not in the series. */
export function leftOutTable({ left_out }: History): Table {
  return {
    id: 'left_out',
    title: 'Given and left out',
    columns: [
      { key: 'folder', title: 'Folder', kind: 'text' },
      { key: 'reason', title: 'Why', kind: 'text' },
    ],
    rows: left_out.map(({ folder, reason }) => ({ folder, reason })),
    denominator: `${plural(left_out.length, 'folder', 'folders')} of those given.`,
    meaning: 'The series treats them as if they did not exist; where one was due, there is a gap.',
    empty: 'All that was given is in the series.',
  };
}

const constantSql = `
  SELECT version, relation, count(*) AS endpoints, count(DISTINCT address) AS addresses, max(runs) AS most_runs, min(first_seen) AS first_seen, max(last_seen) AS last_seen
  FROM constant_keys GROUP BY version, relation ORDER BY endpoints DESC, version DESC, relation`;

async function rowsFrom(database: DuckDBInstance, sql: string): Promise<Row[]> {
  const found: Row[] = [];
  for await (const row of rows(database, sql)) found.push(Row.parse(row));
  return found;
}

/** Keys that recur in another run, by relation. The addresses are in a file only, not on the page. */
export async function constantKeyTable(database: DuckDBInstance): Promise<Table> {
  const found = await rowsFrom(database, constantSql);
  return {
    id: 'key_relations',
    title: 'Keys that are not drawn',
    columns: [
      { key: 'version', title: 'Version', kind: 'text' },
      { key: 'relation', title: 'Relation', kind: 'text' },
      { key: 'endpoints', title: 'Endpoints', kind: 'count' },
      { key: 'addresses', title: 'Addresses', kind: 'count' },
      { key: 'most_runs', title: 'Runs at most', kind: 'count' },
      { key: 'first_seen', title: 'First seen', kind: 'text' },
      { key: 'last_seen', title: 'Last seen', kind: 'text' },
    ],
    rows: found.map((row) => ({
      ...row,
      first_seen: minute(String(row.first_seen)),
      last_seen: minute(String(row.last_seen)),
    })),
    denominator: 'Endpoints that are capable in the runs of the series; constant-keys.parquet has each.',
    meaning:
      'A key is drawn for one connection (RFC 8684, 3.1). One that is fresh within each run and the same over runs was made by a rule, or is a box’s own: it speaks against a genuine server. They are still counted as capable here, for a single run cannot see it.',
    empty: 'No key came again in another run.',
  };
}

const announcerSql = `
  SELECT scope, count(DISTINCT address) AS addresses, count(*) AS announcements, count(*) FILTER (WHERE valid) AS valid, count(DISTINCT address) FILTER (WHERE runs = 1) AS once
  FROM (SELECT address, runs, a.scope AS scope, a.valid AS valid FROM (SELECT address, runs, unnest(announced) AS a FROM announcers))
  GROUP BY scope ORDER BY addresses DESC, scope`;

/** Addresses that ever announced: the union over the runs. */
export async function announcerTable(database: DuckDBInstance): Promise<Table> {
  const [all] = await rowsFrom(database, 'SELECT count(*) AS n FROM announcers');
  return {
    id: 'ever_announced',
    title: 'Addresses that ever announced another',
    columns: [
      { key: 'scope', title: 'Announced', kind: 'text' },
      { key: 'addresses', title: 'Addresses', kind: 'count' },
      { key: 'announcements', title: 'Announcements', kind: 'count' },
      { key: 'valid', title: 'HMAC valid', kind: 'count' },
      { key: 'once', title: 'Seen in one run only', kind: 'count' },
    ],
    rows: await rowsFrom(database, announcerSql),
    denominator: `n = ${plural(Number(all?.n ?? 0), 'address that ever announced', 'addresses that ever announced')}, in any run (section 5.2 of the paper); one announced address counts once for each. announcers.parquet has all, with first and last seen.`,
    meaning:
      'A union grows with the number of runs: it cannot be compared between series of different length. Nothing is known about addresses without such a connection.',
    empty: 'No capable address announced another in any run.',
  };
}
