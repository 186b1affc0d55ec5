// runs: behind
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { openDatabase, rows, vectors } from '../../../orchestrator/core/database/duckdb.ts';
import { rankedOperators } from '../../../orchestrator/report/ranked.ts';
import { makeViews } from '../../../orchestrator/report/views.ts';
import type { Operator } from '../../../orchestrator/uncertainty/popularity.ts';
import { makeDomain, makeHost, verdict, writeParquet } from './parquet.ts';

const test = suite('report/ranked');

/** An entry of the list, which answered unless it is silent. */
interface Entry {
  asn: number;
  rank: number | null;
  capable?: boolean;
  silent?: boolean;
}

/** Operators of entries as a file has them, and what SQL says of their places alone, by AS. */
async function rankedOf(entries: Entry[]): Promise<{ operators: Operator[]; places: number[][]; asked: string[] }> {
  const folder = mkdtempSync(join(tmpdir(), 'ranked-'));
  const address = (asn: number) => `198.18.0.${asn}`;
  const all = entries.map((entry, i) => ({ ...entry, name: `n${i}.example` }));
  const hosts = [...new Set(entries.map(({ asn }) => asn))].map((asn) =>
    makeHost({
      address: address(asn),
      asn,
      v1: verdict(all.some((one) => one.asn === asn && one.capable) ? 'capable' : 'not_offered'),
      domains: all.flatMap((one) => (one.asn === asn ? [{ name: one.name, rank: one.rank, www: false }] : [])),
    }),
  );
  const domains = all.map(({ name, rank, asn, capable = false, silent = false }) =>
    makeDomain({
      name,
      rank,
      asn,
      addresses: [address(asn)],
      addresses_answered: silent ? 0 : 1,
      addresses_capable_v1: capable ? 1 : 0,
    }),
  );
  const database = await openDatabase({ temp: join(folder, 'temp') });
  const paths = await writeParquet(folder, hosts, domains);
  await makeViews(database, { sources: [{ run: 'a', ...paths }], organisations: null, temp: folder });
  const asked: string[] = [];
  const operators = await rankedOperators(
    (sql) => rows(database, sql),
    (sql) => {
      asked.push(sql);
      return vectors(database, sql);
    },
  );
  const places: number[][] = [];
  const sql = `WITH placed AS (FROM entries WHERE answered AND rank IS NOT NULL) SELECT list(place ORDER BY place) AS places FROM (
    SELECT asn, hash(name) % 1048576 AS draw, count(*) OVER (PARTITION BY asn) AS domains,
      (cume_dist() OVER by_rank + (rank() OVER by_rank - 1) / (SELECT count(*) FROM placed)) / 2 AS place
    FROM placed WINDOW by_rank AS (ORDER BY rank)
  ) WHERE domains <= 2048 OR draw < 1048576 * (2048 / domains) GROUP BY asn ORDER BY asn`;
  for await (const row of rows(database, sql)) places.push((row as { places: number[] }).places);
  database.closeSync();
  rmSync(folder, { recursive: true });
  return { operators, places, asked };
}

const many = 4000;

test('of an AS with many domains some are drawn, and all are counted', async () => {
  const { operators } = await rankedOf([
    ...Array.from({ length: many }, (_, i) => ({ asn: 1, rank: i + 1 })),
    { asn: 2, rank: many + 1, capable: true },
    { asn: 2, rank: many + 2, capable: true },
  ]);
  const [large, small, ...others] = operators;
  assert.equal(others, []);
  assert.equal([large?.domains, large?.capable, large?.mean], [many, 0, 0]);
  const places = large?.places ?? new Float64Array();
  assert.ok(places.length > 1850 && places.length < 2250, `${places.length} were drawn`);
  const mean = places.reduce((sum, place) => sum + place, 0) / places.length;
  assert.ok(Math.abs(mean - 0.5) < 0.03, `they stand at ${mean}`);
  assert.equal([small?.domains, small?.capable, small?.places.length], [2, 2, 2]);
  assert.ok(Math.abs((small?.mean ?? 0) - (many + 1) / (many + 2)) < 1e-9);
});

/** 2,500 domains of 5 ASes, two or three at a rank, some thousand at one: more than the database gives at a time. */
const alike = Array.from({ length: 2500 }, (_, i) => ({
  asn: 5 - (i % 5),
  rank: i < 100 ? 1 + Math.floor(i / 2) : 1000 + Math.max(0, i - 2300),
  capable: i % 7 === 3,
}));

test('places are those that the database would say, in the order of ASes, to the last bit', async () => {
  const { operators, places, asked } = await rankedOf(alike);
  assert.equal(asked.length, 1, 'sorted, though it was in order');
  assert.equal(
    operators.map((one) => [...one.places]),
    places,
  );
  assert.equal(
    operators.map(({ domains, capable }) => [domains, capable]),
    [1, 2, 3, 4, 5].map((asn) => [500, alike.filter((one) => one.asn === asn && one.capable).length]),
  );
});

test('what did not answer, or has no rank, stands nowhere', async () => {
  const others = [
    { asn: 1, rank: 2000, silent: true },
    { asn: 2, rank: null, capable: true },
  ];
  const [found, without] = [await rankedOf([...alike, ...others]), await rankedOf(alike)];
  assert.equal(found.operators, without.operators);
  assert.equal(
    found.operators.map((one) => [...one.places]),
    found.places,
  );
});

test('where more are drawn than are meant to, none is lost', async () => {
  const { operators, places } = await rankedOf(
    Array.from({ length: 3 * 2060 }, (_, i) => ({ asn: 1 + (i % 3), rank: i + 1, capable: i === 0 })),
  );
  assert.ok(
    operators.some((one) => one.places.length > 2048),
    'of no AS there are more',
  );
  assert.equal(
    operators.map((one) => [...one.places]),
    places,
  );
});

test('a list in any order gives the same', async () => {
  const turned = await rankedOf(alike.toReversed());
  assert.equal(turned.asked.length, 2);
  const { operators } = await rankedOf(alike);
  assert.equal(
    turned.operators.map((one) => [[...one.places], one.domains, one.capable, one.mean]),
    operators.map((one) => [[...one.places], one.domains, one.capable, one.mean]),
  );
});

test('where no ranked domain is capable nothing is read', async () => {
  const { operators, asked } = await rankedOf([{ asn: 1, rank: 1 }]);
  assert.equal([operators, asked], [[], []]);
});

test('what goes wrong is no reason to sort', async () => {
  async function* systems() {
    yield { asn: 1, domains: 1, capable: 1 };
  }
  let asked = 0;
  // biome-ignore lint/correctness/useYield: it fails before
  async function* broken(): AsyncGenerator<never> {
    asked += 1;
    throw new Error('the disk is full');
  }
  try {
    await rankedOperators(systems, broken);
    assert.unreachable();
  } catch (error) {
    assert.match(String(error), /disk is full/);
  }
  assert.is(asked, 1);
});

test.run();
