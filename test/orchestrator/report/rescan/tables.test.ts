import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { openDatabase, rows } from '../../../../orchestrator/core/database/duckdb.ts';
import { agreementTable, pairsTable, rescanSummary } from '../../../../orchestrator/report/rescan/tables.ts';
import { type Row, rowsOf } from '../../../../orchestrator/report/rows.ts';
import { makeViews } from '../../../../orchestrator/report/views.ts';
import type { VerdictName } from '../../../../orchestrator/schemas/lists.ts';
import { RescannedRecord } from '../../../../orchestrator/schemas/records/rescanned.ts';
import { makeFacts } from '../facts.ts';
import { writeParquet, writeRecords } from '../parquet.ts';
import { makeResults } from '../results.ts';

const test = suite('report/rescan');

let next = 0;
function twice(n: number, first: VerdictName, second: VerdictName, more: Partial<RescannedRecord> = {}) {
  return Array.from({ length: n }, (): RescannedRecord => {
    next += 1;
    const address = `198.18.${Math.floor(next / 250)}.${next % 250}`;
    return { address, port: 80, version: 1, first, second, first_at: null, second_at: null, run: 'one', ...more };
  });
}

const measured = (from: string, to: string) => ({ from, to });
const counts = null;
const facts = makeFacts({
  rescan: { addresses: 100, lost: 2 },
  lost: { replies: 1, opinions: null },
  stages: [
    { stage: 'scan', unit: '', tool: '', counts, measured: measured('2026-11-22T08:00:00Z', '2026-11-22T10:00:00Z') },
    { stage: 'rescan', unit: '', tool: '', counts, measured: measured('2026-11-22T13:30:00Z', '2026-11-22T13:31:00Z') },
  ],
});

/** Rows of the query over one run. */
async function queried(records: RescannedRecord[] | null): Promise<Row[]> {
  const folder = await mkdtemp(join(tmpdir(), 'census-rescan-'));
  const database = await openDatabase({ temp: join(folder, 'temp') });
  try {
    const paths = await writeParquet(folder, [], []);
    const rescanned =
      records === null ? {} : { rescanned: await writeRecords(folder, 'rescanned', RescannedRecord, records) };
    await makeViews(database, { sources: [{ run: 'one', ...paths, ...rescanned }], organisations: null, temp: folder });
    return await rowsOf((sql) => rows(database, sql), 'rescan');
  } finally {
    database.closeSync();
    await rm(folder, { recursive: true });
  }
}

const records = [
  ...twice(6, 'capable', 'capable'),
  ...twice(1, 'capable', 'not_offered'),
  ...twice(1, 'capable', 'silent'),
  ...twice(30, 'not_offered', 'not_offered'),
  ...twice(2, 'silent', 'not_offered'),
  ...twice(3, 'not_offered', 'not_offered', { version: 0 }),
  ...twice(1, 'refused', 'silent', { version: 0, port: 443 }),
];

test('each verdict of the first scan with what became of it, silence as the run counted it', async () => {
  const results = makeResults({}, { rescan: await queried(records) });
  const { rows: shown, denominator } = agreementTable(facts, results);
  const of = (version: string, port: number, verdict: string) => {
    const row = shown.find((one) => one.version === version && one.port === port && one.verdict === verdict);
    return row && [row.first, row.second, row.same, Math.round(Number(row.agreement)), row.interval];
  };
  assert.equal(of('v1', 80, 'any answer'), [40, 40, 36, 90, '76.95 to 96.04\u00a0%']);
  assert.equal(of('v1', 80, 'capable'), [8, 6, 6, 75, '40.93 to 92.85\u00a0%']);
  assert.equal(of('v1', 80, 'not_offered'), [30, 33, 30, 100, '88.65 to 100.00\u00a0%']);
  // 60 answered neither time.
  assert.equal(of('v1', 80, 'silent'), [62, 61, 60, 97, '88.98 to 99.11\u00a0%']);
  assert.is(of('v1', 80, 'refused'), undefined);
  assert.equal(of('v0', 80, 'any answer')?.slice(0, 3), [3, 3, 3]);
  assert.equal(of('v0', 443, 'refused'), [1, 0, 0, 0, '0.00 to 79.35\u00a0%']);
  assert.equal(of('v0', 443, 'silent')?.slice(0, 3), [99, 100, 99]);
  assert.match(denominator, /^100 addresses drawn by the seed and scanned twice\./);
  assert.match(denominator, /began at 2026-11-22T13:30:00Z, 3\.5 hours later/);
  assert.match(
    denominator,
    /v1, port 80: 37 answered both times, 1 the first scan alone, 2 the second alone, 60 neither/,
  );
  assert.match(denominator, /lost 1 reply or probe of the first scan, of all that it asked, and 2 of the second/);
});

test('the square holds every endpoint once: its rows add up to the addresses drawn', async () => {
  const results = makeResults({}, { rescan: await queried(records) });
  const { rows: shown, columns } = pairsTable(facts, results);
  const verdicts = columns.filter(({ kind }) => kind === 'count').map(({ key }) => key);
  assert.is(shown.length, 3 * verdicts.length);
  for (const [version, port] of [
    ['v1', 80],
    ['v0', 80],
    ['v0', 443],
  ] as const) {
    const own = shown.filter((row) => row.version === version && row.port === port);
    const sum = own.flatMap((row) => verdicts.map((key) => Number(row[key]))).reduce((a, b) => a + b, 0);
    assert.is(sum, 100, `${version} ${port}`);
  }
  const capable = shown.find((row) => row.version === 'v1' && row.first === 'capable');
  assert.equal([capable?.capable, capable?.not_offered, capable?.silent], [6, 1, 1]);
});

test('the headline numbers of it, over all ports', async () => {
  const results = makeResults({}, { rescan: await queried(records) });
  const value = Object.fromEntries(rescanSummary(facts, results).map((row) => [row.key, row.value]));
  assert.equal(value, {
    rescan_addresses: 100,
    rescan_answered_v1: 40,
    rescan_equal_v1: 36,
    rescan_capable_v1: 8,
    rescan_capable_again_v1: 6,
    rescan_answered_v0: 4,
    rescan_equal_v0: 3,
    rescan_capable_v0: 0,
    rescan_capable_again_v0: 0,
  });
});

test('of a version that was not asked there is no number', async () => {
  const given = await queried(records.filter(({ version }) => version === 1));
  const results = { ...makeResults({}, { rescan: given }), unasked: { v0: 'v0 was not asked' } };
  const summary = rescanSummary(facts, results);
  assert.ok(summary.every(({ key, value }) => (value === null) === String(key).endsWith('_v0')));
});

test('without a rescan nothing is claimed, and nobody who answered is no missing rescan', async () => {
  const none = makeResults({}, { rescan: await queried(null) });
  for (const table of [agreementTable(makeFacts(), none), pairsTable(makeFacts(), none)]) {
    assert.equal(table.rows, []);
    assert.match(table.empty, /^Not measured: no rescan was enabled/);
  }
  assert.ok(rescanSummary(makeFacts(), none).every(({ value }) => value === null));
  assert.match(agreementTable(facts, none).empty, /^Of 100 addresses that were scanned twice none answered/);
  assert.match(agreementTable(makeFacts(), { ...none, alone: true }).empty, /come from one scan/);
});

test.run();
