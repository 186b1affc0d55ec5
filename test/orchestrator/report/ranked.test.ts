import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { z } from 'zod';
import { openDatabase, rows } from '../../../orchestrator/core/duckdb.ts';
import { Ranked, rankedOperators, rankedSql } from '../../../orchestrator/report/ranked.ts';
import { makeViews } from '../../../orchestrator/report/views.ts';
import { makeDomain, makeHost, verdict, writeParquet } from './parquet.ts';

const test = suite('report/queries/ranked');

const many = 4000;

/** An AS with so many domains of one address, ranks 1 to 4,000, and a small one with two domains behind them. */
async function rankedOf(v1: ReturnType<typeof verdict>, slices = 1) {
  const folder = mkdtempSync(join(tmpdir(), 'ranked-'));
  const named = (address: string, from: number, to: number) =>
    Array.from({ length: to - from + 1 }, (_, i) => ({ name: `n${from + i}.example`, rank: from + i, address }));
  const all = [...named('198.18.0.1', 1, many), ...named('198.18.0.2', many + 1, many + 2)];
  const host = (address: string, asn: number, own: ReturnType<typeof verdict>) =>
    makeHost({
      address,
      asn,
      v1: own,
      domains: all.flatMap((one) => (one.address === address ? [{ name: one.name, rank: one.rank, www: false }] : [])),
    });
  const domains = all.map(({ name, rank, address }) =>
    makeDomain({
      name,
      rank,
      addresses: [address],
      addresses_capable_v1: address === '198.18.0.2' && v1.verdict === 'capable' ? 1 : 0,
    }),
  );
  const paths = await writeParquet(
    folder,
    [host('198.18.0.1', 1, verdict('not_offered')), host('198.18.0.2', 2, v1)],
    domains,
  );
  const database = await openDatabase({ temp: join(folder, 'temp') });
  await makeViews(database, { sources: [{ run: 'a', ...paths }], organisations: null, temp: folder });
  const found: z.infer<typeof Ranked>[] = [];
  for (let number = 0; number < slices; number += 1)
    for await (const row of rows(database, await rankedSql(number, slices))) found.push(Ranked.parse(row));
  database.closeSync();
  rmSync(folder, { recursive: true });
  return found;
}

test('of an AS with many domains some are drawn, and all are counted', async () => {
  const [large, small, ...others] = await rankedOf(verdict('capable'));
  assert.equal(others, []);
  assert.equal([large?.asn, large?.domains, large?.capable, large?.mean], [1, many, 0, null]);
  const places = large?.places ?? [];
  assert.ok(places.length > 1850 && places.length < 2250, `${places.length} were drawn`);
  const mean = places.reduce((sum, place) => sum + place, 0) / places.length;
  assert.ok(Math.abs(mean - 0.5) < 0.03, `they stand at ${mean}`);
  assert.equal([small?.asn, small?.domains, small?.capable, small?.places.length], [2, 2, 2, 2]);
  assert.ok(Math.abs((small?.mean ?? 0) - (many + 1) / (many + 2)) < 1e-9);
});

test('read in slices, ASes are the same: each stands in one slice, whole', async () => {
  const whole = await rankedOf(verdict('capable'));
  const slices = await rankedOf(verdict('capable'), 3);
  assert.equal(
    slices.sort((a, b) => a.asn - b.asn),
    whole,
  );
});

test('operators come in the order of their ASes, in however many slices they are read', async () => {
  const ases = [1, 2, 3, 4, 5, 6, 7];
  async function* slice(sql: string) {
    const [, number = '', slices = ''] = /SELECT (\d+) AS number, (\d+) AS slices/.exec(sql) ?? [];
    for (const asn of ases.filter((one) => one % Number(slices) === Number(number)))
      yield { asn, domains: asn, capable: 0, mean: null, places: [0.5] };
  }
  for (const answered of [0, 1_000_000, 2_500_000]) {
    const found = await rankedOperators(slice, answered);
    assert.equal(
      found.map(({ domains }) => domains),
      ases,
    );
  }
});

test('where no ranked domain is capable nothing is read', async () =>
  assert.equal(await rankedOf(verdict('not_offered')), []));

test.run();
