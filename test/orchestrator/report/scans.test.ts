// takes: long
// runs: behind
import { mkdtempSync, rmSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { openDatabase, rows, runSql, vectors } from '../../../orchestrator/core/database/duckdb.ts';
import { sqlText } from '../../../orchestrator/core/database/sql.ts';
import { rankedOperators } from '../../../orchestrator/report/ranked.ts';
import { type QueryName, readResults } from '../../../orchestrator/report/results.ts';
import { type Row, readSql, rowsOf } from '../../../orchestrator/report/rows.ts';
import type { Source } from '../../../orchestrator/report/sources.ts';
import { makeViews } from '../../../orchestrator/report/views.ts';
import type { DomainsRecord } from '../../../orchestrator/schemas/records/domains.ts';
import type { HostsRecord } from '../../../orchestrator/schemas/records/hosts.ts';
import { makeDomain, makeHost, readCase, verdict, writeParquet } from './parquet.ts';

const test = suite('report/scans');

const folder = mkdtempSync(join(tmpdir(), 'scans-'));
const small = await readCase('test/cases/report/small');
const source = { run: 'one', ...(await writeParquet(join(folder, 'one'), small.hosts, small.domains)) };

/** A database with the views of a report over these files. */
async function viewsOf(sources: Source[]) {
  const database = await openDatabase({ temp: join(folder, 'temp') });
  await makeViews(database, { sources, organisations: null, temp: folder });
  return database;
}

const beside = ['undecided', 'systems', 'country_systems'] as const;
const shown: QueryName[] = [
  'verdicts',
  'ports',
  'table1',
  'table2',
  'organisations',
  'multihomed',
  'mixed_domains',
  'rank_cdf',
];

/** What some tables of these files say. */
async function toldBy(sources: Source[]): Promise<Row[][]> {
  const database = await viewsOf(sources);
  const ask = (sql: string) => rows(database, sql);
  const results = await readResults(ask);
  const told = [[results.summary], ...shown.map((name) => results.rows(name))];
  for (const name of beside) told.push(await rowsOf(ask, name));
  const ranked = await rankedOperators(ask, (sql) => vectors(database, sql));
  database.closeSync();
  return [...told, ranked.map(({ domains, capable, mean }) => ({ domains, capable, mean }))];
}

/** The same files with other SQL over them. */
async function rewritten(name: string, hosts: string, domains: string): Promise<Source> {
  const database = await openDatabase({ temp: join(folder, 'temp') });
  const paths = { hosts: join(folder, `${name}-hosts.parquet`), domains: join(folder, `${name}-domains.parquet`) };
  for (const table of ['hosts', 'domains'] as const) {
    const from = (table === 'hosts' ? hosts : domains).replace(table, `read_parquet(${sqlText(source[table])})`);
    await runSql(database, `COPY (${from}) TO ${sqlText(paths[table])} (FORMAT parquet)`);
  }
  database.closeSync();
  return { run: 'one', ...paths };
}

const asIs = await toldBy([source]);

test('hosts in any order are told as those in order', async () => {
  assert.ok(Number(asIs[0]?.[0]?.addresses_replied) > 3, 'the case shows nothing');
  for (const order of ['address DESC, port', 'port, address']) {
    assert.equal(
      await toldBy([await rewritten('turned', `FROM hosts ORDER BY ${order}`, 'FROM domains')]),
      asIs,
      order,
    );
  }
});

test('entries of a run that did not say in which AS they lie are told as those that do', async () => {
  assert.ok(asIs.at(-1)?.length, 'no entry has an AS');
  assert.equal(await toldBy([await rewritten('older', 'FROM hosts', 'SELECT * EXCLUDE (asn) FROM domains')]), asIs);
});

test('hosts of a run that did not say of which family they are are told as those that do', async () => {
  const older = await rewritten('familiar', 'SELECT * EXCLUDE (family) FROM hosts', 'FROM domains');
  assert.equal(await toldBy([older]), asIs);
  const changed = await rewritten(
    'strange',
    'SELECT * EXCLUDE (family) REPLACE (CAST(asn AS INTEGER) AS asn) FROM hosts',
    'FROM domains',
  );
  assert.equal(await toldBy([changed]), asIs);
});

/** The plan of a statement, as JSON. */
async function planOf(database: Awaited<ReturnType<typeof viewsOf>>, sql: string): Promise<string> {
  const connection = await database.connect();
  const plan = await connection.runAndReadAll(`EXPLAIN (FORMAT json) ${sql}`);
  connection.closeSync();
  return plan.getRows().flat().join('\n');
}

/** How often a statement reads a Parquet file. */
async function readsOf(database: Awaited<ReturnType<typeof viewsOf>>, sql: string): Promise<number> {
  return (await planOf(database, sql)).split(/"name": "READ_PARQUET *"/).length - 1;
}

/** As merge writes them. */
const inOrder = await rewritten('sorted', 'FROM hosts ORDER BY address, port', 'FROM domains');

test('tables and figures read what was counted, not the hosts again; ranks alone are looked at by three', async () => {
  const database = await viewsOf([inOrder]);
  const made = ['views', 'order', 'places', 'entries', 'tables', 'everything_answers', 'homes', 'announcing'];
  const found: [name: string, reads: number][] = [];
  for (const file of await readdir('orchestrator/report/queries')) {
    const name = file.replace(/\.sql$/, '');
    if (made.includes(name)) continue;
    const reads = await readsOf(database, await readSql(name));
    if (reads > 0) found.push([name, reads]);
  }
  assert.equal(found.sort(), [
    ['rank_cdf', 1],
    ['ranked', 1],
    ['top_groups', 1],
  ]);
  database.closeSync();
});

test('what is counted of hosts and domains is counted in few passes, and of a verdict no more is read than is asked for', async () => {
  const database = await viewsOf([inOrder]);
  const statements = `${await readSql('entries')}${await readSql('tables')}`
    .split(/;\n/)
    .filter((sql) => sql.includes('CREATE'));
  const reads: Record<string, number> = {};
  for (const sql of statements) {
    const name = /TABLE (\w+)/.exec(sql)?.[1] ?? '';
    const n = name === '' ? 0 : await readsOf(database, sql.slice(sql.indexOf('CREATE')));
    if (n > 0) reads[name] = n;
  }
  // told: once for the capable addresses, once for the rows; swept: no way was swept, which the file says without being read
  assert.equal(reads, { endpoint_cells: 1, told: 2, entry_counts: 1, capable_entries: 1 });
  const plan = await planOf(database, 'SELECT min(v1.verdict) FROM hosts');
  assert.match(plan, /"Projections": "v1\.verdict"/);
  database.closeSync();
});

/** Rows of one query over these. */
async function queryOf(name: string, hosts: HostsRecord[], domains: DomainsRecord[] = []): Promise<Row[]> {
  const database = await viewsOf([{ run: 'one', ...(await writeParquet(join(folder, name), hosts, domains)) }]);
  const found = await rowsOf((sql) => rows(database, sql), name);
  database.closeSync();
  return found;
}

test('of a capable address every port is looked at, a plain one too', async () => {
  const address = '198.18.0.1';
  const found = await queryOf('path_ratios', [
    makeHost({ address, port: 80, syn_rtt_us: 300, ping_rtt_us: 1000 }),
    makeHost({ address, port: 443, v1: verdict('capable'), syn_rtt_us: 900, ping_rtt_us: 1000 }),
    makeHost({ address: '198.18.0.2', syn_rtt_us: 900, ping_rtt_us: 1000 }),
  ]);
  assert.equal(found, [{ band: 'below 0.5', addresses: 1, share: 100 }]);
});

test('an AS that only refuses is one too, and an entry may lie there', async () => {
  const [domains, refused] = [[{ name: 'a.example', rank: 1, www: false }], verdict('refused')];
  const found = await queryOf(
    'systems',
    [
      makeHost({ address: '198.18.0.1', asn: 1, v1: refused, v0: refused, domains }),
      makeHost({ address: '198.18.0.2', asn: 2, domains }),
    ],
    [makeDomain({ name: 'a.example', addresses: ['198.18.0.1', '198.18.0.2'], addresses_answered: 1 })],
  );
  assert.equal(
    found.map((row) => [row.asn, row.addresses, row.synack_v1, row.domains]),
    [
      [1, 0, 0, 1],
      [2, 1, 1, 0],
    ],
  );
});

test('groups from the top of the list are those up to each power of ten, and the whole list', async () => {
  const ranks = [1, 1, 10, 11, 99, 100, 101, 5000, 1_000_000, 1_000_001, 7_000_000];
  const is = (i: number) => i % 3 === 0;
  const listed = (most: number) =>
    ranks.flatMap((rank, i) =>
      rank <= most
        ? [makeDomain({ name: `n${i}.example`, rank, addresses: ['198.18.0.1'], addresses_capable_v1: is(i) ? 1 : 0 })]
        : [],
    );
  const host = makeHost({ address: '198.18.0.1', domains: [] });
  for (const [most, tops] of [
    [7_000_000, [10, 100, 1000, 10_000, 100_000, 1_000_000, 7_000_000]],
    [1_000_000, [10, 100, 1000, 10_000, 100_000, 1_000_000]],
    [101, [10, 100, 101]],
    [1, [1]],
  ] as const) {
    const found = await queryOf('top_groups', [host], listed(most));
    const of = (top: number) => ranks.flatMap((rank, i) => (rank <= Math.min(top, most) ? [i] : []));
    assert.equal(
      found.map((row) => [row.top, row.answered, row.capable, row.share]),
      tops.map((top) => {
        const [all, some] = [of(top).length, of(top).filter(is).length];
        return [top, all, some, (100 * some) / all];
      }),
    );
  }
  assert.equal(await queryOf('top_groups', [host], []), []);
});

test('the list of what answered ends at its last rank, whoever has none', async () => {
  const host = makeHost({ address: '198.18.0.1', domains: [] });
  const listed = [1, 2, null, 4].map((rank, i) =>
    makeDomain({ name: `n${i}.example`, rank, addresses: ['198.18.0.1'], addresses_answered: 1 }),
  );
  const silent = makeDomain({ name: 'n5.example', rank: 9, addresses: ['198.18.0.2'], addresses_answered: 0 });
  const found = await queryOf('rank_cdf', [host], [...listed, silent]);
  assert.equal(
    found.map(({ rank, share, n }) => [rank, share, n]),
    [
      [1, 0.333333, 3],
      [2, 0.666667, 3],
      [4, 1, 3],
    ],
  );
});

test('the folder of the test goes', () => {
  rmSync(folder, { recursive: true });
});

test.run();
