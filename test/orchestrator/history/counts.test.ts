// runs: behind
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { openDatabase, rows } from '../../../orchestrator/core/database/duckdb.ts';
import { readResults } from '../../../orchestrator/report/results.ts';
import { makeViews } from '../../../orchestrator/report/views.ts';
import { HistorySeries } from '../../../orchestrator/schemas/records/history/series.ts';
import { seriesRecords } from '../../../scripts/bench/history/world.ts';
import { fact, historyOf, makeWeek, place, table, weekTime, world } from './planted.ts';

const test = suite('counts of a series');

async function make() {
  const records = seriesRecords(world, 2, weekTime(2));
  // Half of the servers were not connected to: they are capable and not confirmed.
  const handshake = `FROM (${records.handshake}) WHERE CAST(split_part(address, '.', 4) AS INTEGER) % 20 = 13`;
  // A second backend of one server has no option: nobody knows what the address is.
  const confirm = `SELECT * REPLACE ('port2' AS probe, 50000 AS source_port, '0000000a' AS ack, NULL AS option, [] AS options_mptcp, NULL AS version,
    '020405b4' AS tcp_options, 'synack_no_option' AS classification) FROM (${records.scan}) WHERE address = '240.0.0.93' AND probe = 'v1'`;
  const run = await makeWeek(2, {
    records: { ...records, handshake, confirm },
    change: fact('scan', 'receive_drops', 2),
  });
  const out = place('series');
  await historyOf([run, await makeWeek(3, { name: 'later' })], out);
  return { run, out };
}
const made = make();

test('the counts of a run are those of its report', async () => {
  const { out, run } = await made;
  const database = await openDatabase({ temp: place('temp') });
  const source = {
    run: 'week-2',
    hosts: join(run, 'hosts.parquet'),
    domains: join(run, 'domains.parquet'),
  };
  await makeViews(database, { sources: [source], organisations: null, temp: place('temp') });
  const results = await readResults((sql) => rows(database, sql));
  database.closeSync();
  const all = await table(out, 'series.parquet', HistorySeries, "run = 'week-2' AND dimension = 'all'");
  const count = (measure: string, version: string | null) =>
    all.find((row) => row.measure === measure && row.version === version)?.count;
  for (const version of ['v1', 'v0']) {
    assert.is(count('answered', version), results.total(`endpoints_synack_${version}`));
    assert.is(count('capable', version), results.total(`endpoints_capable_${version}`));
    assert.is(count('echoed', version), results.total(`endpoints_echoed_${version}`));
  }
  assert.is(count('confirmed', 'v1'), results.known('endpoints_confirmed_v1'));
  assert.ok((count('confirmed', 'v1') ?? 0) > 0 && (count('confirmed', 'v1') ?? 0) < (count('capable', 'v1') ?? 0));
  assert.is(count('addresses_answered', null), results.total('addresses_synack'));
  assert.is(count('addresses_capable', null), results.total('addresses_capable'));
  const told = results.rows('announcers').map(({ addresses }) => addresses);
  assert.equal([count('announcing', null), count('leaked_private', null)], told.slice(0, 2));
  assert.ok((count('capable', 'v1') ?? 0) > 0 && (count('echoed', 'v0') ?? 0) > 0);
});

test('bounds end where all that is undecided would be capable, of the whole run what was lost too', async () => {
  const { out } = await made;
  const found = await table(
    out,
    'series.parquet',
    HistorySeries,
    "run = 'week-2' AND version = 'v1' AND measure IN ('capable', 'undecided')",
  );
  const [all, undecided] = ['capable', 'undecided'].map((measure) =>
    found.find((row) => row.dimension === 'all' && row.measure === measure),
  );
  assert.is(undecided?.count, 1);
  assert.is(all?.low, (all?.count ?? 0) / (all?.of ?? 1));
  assert.is(all?.high, ((all?.count ?? 0) + 1 + 2) / (all?.of ?? 1));
  const place = found.find(({ dimension, measure }) => dimension === 'as' && measure === 'undecided');
  const there = found.find(
    ({ dimension, measure, key }) => dimension === 'as' && measure === 'capable' && key === place?.key,
  );
  assert.is(there?.high, ((there?.count ?? 0) + 1) / (there?.of ?? 1));
});

test('places of every dimension add up to the whole', async () => {
  const { out } = await made;
  const found = await table(out, 'series.parquet', HistorySeries);
  const sum = (dimension: string, measure: string, version: string | null, run: string) =>
    found
      .filter(
        (row) => row.dimension === dimension && row.measure === measure && row.version === version && row.run === run,
      )
      .reduce((all, { count }) => all + count, 0);
  for (const run of ['week-2', 'later']) {
    for (const [measure, version] of [
      ['answered', 'v1'],
      ['capable', 'v1'],
      ['echoed', 'v0'],
      ['addresses_capable', null],
    ] as const) {
      const whole = sum('all', measure, version, run);
      assert.ok(whole > 0);
      for (const dimension of ['country', 'as', 'family'])
        assert.is(sum(dimension, measure, version, run), whole, `${dimension} ${measure}`);
      if (version !== null) assert.is(sum('port', measure, version, run), whole);
    }
  }
  const other = found.filter(({ dimension, key }) => dimension === 'as' && key === 'other');
  assert.ok(other.length > 0);
  assert.equal(
    new Set(other.filter(({ count }) => count > 0).map(({ measure }) => measure)),
    new Set(['answered', 'not_offered', 'addresses_answered']),
  );
});

test.run();
