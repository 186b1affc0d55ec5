import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { openDatabase, rows, runSql } from '../../../orchestrator/core/database/duckdb.ts';
import { sourcesSql } from '../../../orchestrator/report/sources.ts';
import { makeViews } from '../../../orchestrator/report/views.ts';
import { makeHost, writeParquet } from './parquet.ts';

const test = suite('columns of the runs of a report');

test('a column `run` of the records gives way to the name under which the run is read', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'census-run-column-'));
  const paths = await writeParquet(folder, [makeHost({ address: '198.18.0.1' })], []);
  const database = await openDatabase({ temp: join(folder, 'temp') });
  const named = join(folder, 'named.parquet');
  await runSql(database, `COPY (SELECT *, 'old' AS run FROM '${paths.hosts}') TO '${named}' (FORMAT parquet)`);
  await runSql(database, sourcesSql([{ run: "it's", hosts: named, domains: paths.domains }]));
  const found: unknown[] = [];
  for await (const row of rows(database, 'SELECT run FROM hosts')) found.push(row);
  database.closeSync();
  await rm(folder, { recursive: true });
  assert.equal(found, [{ run: "it's" }]);
});

test('a run of before a column, or a field of one, is read beside a new one: null stands there', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'census-older-'));
  const announced = { address: '198.18.0.9', port: null, scope: 'global', hmac: 'valid', asn: 1 } as const;
  const younger = { resolved: true, country: 'FI', latitude: 60, longitude: 25 };
  const later = { joined: null, joined_missing: null, join_failure: null, join_reset_reason: null };
  const host = makeHost({
    address: '198.18.0.1',
    held_to_end: true,
    announced: [{ ...announced, ...younger, ...later }],
  });
  const { hosts, domains } = await writeParquet(folder, [host], []);
  const database = await openDatabase({ temp: join(folder, 'temp') });
  const old = join(folder, 'old.parquet');
  const fields = Object.keys(announced).map((field) => `${field}: a.${field}`);
  await runSql(
    database,
    `COPY (SELECT * EXCLUDE (held_to_end, ways, cause) REPLACE ([{${fields.join(', ')}} FOR a IN announced] AS announced) FROM '${hosts}') TO '${old}' (FORMAT parquet)`,
  );
  const sources = [
    { run: 'old', hosts: old, domains },
    { run: 'new', hosts, domains },
  ];
  for (const given of [sources, sources.toReversed(), sources.slice(0, 1)]) {
    await makeViews(database, { sources: given, organisations: null, temp: folder });
    const found: unknown[] = [];
    const asked =
      'SELECT run, held_to_end, announced[1].asn AS asn, announced[1].country AS country FROM hosts ORDER BY run';
    for await (const row of rows(database, asked)) found.push(row);
    const due = [
      { run: 'new', held_to_end: true, asn: 1, country: 'FI' },
      { run: 'old', held_to_end: null, asn: 1, country: null },
    ];
    assert.equal(found, due.slice(-given.length));
  }
  database.closeSync();
  await rm(folder, { recursive: true });
});

test.run();
