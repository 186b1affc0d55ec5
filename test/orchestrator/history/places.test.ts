// runs: behind
import { writeFileSync } from 'node:fs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { HistorySeries } from '../../../orchestrator/schemas/records/history/series.ts';
import { seriesRecords } from '../../../scripts/bench/history/world.ts';
import { historyOf, makeWeek, place, table, weekTime, world } from './planted.ts';

const test = suite('one frozen table for all runs');

/** In the second run's own table every address is of another AS and country. */
async function make() {
  const moved = seriesRecords(world, 1, weekTime(1));
  const records = {
    ...moved,
    asn: `SELECT * REPLACE (asn + 100000 AS asn) FROM (${moved.asn})`,
    geo: `SELECT * REPLACE ('ZZ' AS country) FROM (${moved.geo})`,
  };
  return [await makeWeek(0), await makeWeek(1, { records })];
}
const made = make();

const keysOf = async (out: string, run: string, dimension: string) =>
  new Set(
    (
      await table(
        out,
        'series.parquet',
        HistorySeries,
        `run = '${run}' AND dimension = '${dimension}' AND measure = 'answered'`,
      )
    ).map(({ key }) => key),
  );

test('without one each run keeps what it found', async () => {
  const { runs, rib } = await historyOf(await made, place('own'));
  assert.is(rib, null);
  assert.equal(
    runs.map(({ placed }) => placed),
    [false, false],
  );
  const [first, second] = [await keysOf(place('own'), 'week-0', 'as'), await keysOf(place('own'), 'week-1', 'as')];
  assert.equal(
    [...first].filter((key) => key !== 'other' && second.has(key)),
    [],
  );
  assert.ok([...second].some((key) => /^AS16/.test(key ?? '')));
});

test('with one, addresses are of its ASes in every run, countries stay', async () => {
  const rib = place('rib.dat');
  writeFileSync(rib, '240.0.0.0/25\t64510\n240.0.0.128/25\t64511\n');
  const history = await historyOf(await made, place('frozen'), { rib });
  assert.is(history.rib?.file, 'rib.dat');
  assert.match(history.rib?.sha256 ?? '', /^[0-9a-f]{64}$/);
  assert.equal(
    history.runs.map(({ placed }) => placed),
    [true, true],
  );
  const own = await historyOf(await made, place('own'));
  assert.equal(
    history.runs.map(({ replied }) => replied),
    own.runs.map(({ replied }) => replied),
  );
  for (const run of ['week-0', 'week-1']) {
    // The addresses of IPv6 are in no prefix of it.
    assert.equal([...(await keysOf(place('frozen'), run, 'as'))].sort(), ['AS64510', 'AS64511', 'unknown']);
  }
  assert.ok((await keysOf(place('frozen'), 'week-1', 'country')).has('ZZ'));
  assert.not.ok((await keysOf(place('frozen'), 'week-0', 'country')).has('ZZ'));
});

test('with a database of places, countries are its own in every run', async () => {
  // It knows none of these addresses.
  const country = 'test/fixtures/maxmind/country-ipv4.mmdb';
  const { runs } = await historyOf(await made, place('geo'), { country });
  assert.equal(
    runs.map(({ coverage_country }) => coverage_country),
    [0, 0],
  );
  for (const run of ['week-0', 'week-1']) assert.equal([...(await keysOf(place('geo'), run, 'country'))], ['unknown']);
});

test('a table that cannot be read ends it before anything is counted', async () => {
  const rib = place('none.dat');
  const failed = await historyOf(await made, place('bad'), { rib }).then(
    () => null,
    (error: Error) => error.message,
  );
  assert.match(failed ?? '', /prefix table cannot be opened/);
});

test.run();
