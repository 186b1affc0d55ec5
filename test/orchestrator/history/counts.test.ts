import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { openDatabase, rows } from '../../../orchestrator/core/duckdb.ts';
import { readResults } from '../../../orchestrator/report/results.ts';
import { makeViews } from '../../../orchestrator/report/views.ts';
import { HistorySeries } from '../../../orchestrator/schemas/records/history/series.ts';
import { historyOf, makeWeek, place, table } from './planted.ts';

const test = suite('counts of a series');

async function make() {
  const run = await makeWeek(2);
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
  assert.is(count('addresses_answered', null), results.total('addresses_synack'));
  assert.is(count('addresses_capable', null), results.total('addresses_capable'));
  const told = results.rows('announcers').map(({ addresses }) => addresses);
  assert.equal([count('announcing', null), count('leaked_private', null)], told.slice(0, 2));
  assert.ok((count('capable', 'v1') ?? 0) > 0 && (count('echoed', 'v0') ?? 0) > 0);
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
