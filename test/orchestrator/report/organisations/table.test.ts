// takes: long
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { openDatabase, rows } from '../../../../orchestrator/core/database/duckdb.ts';
import { type Organisations, readOrganisations } from '../../../../orchestrator/report/organisations/file.ts';
import { type Row, rowsOf } from '../../../../orchestrator/report/rows.ts';
import { makeViews } from '../../../../orchestrator/report/views.ts';
import { makeDomain, makeHost, verdict, writeParquet } from '../parquet.ts';

const test = suite('report/organisations/table');

const named = (name: string) => ({ name, rank: 1, www: false });
const capable = (n: number, asn: number, as_name: string, ...domains: string[]) =>
  makeHost({
    address: `198.18.0.${n}`,
    v1: verdict('capable', 'connection'),
    connected: true,
    country: 'FI',
    asn,
    as_name,
    domains: domains.map(named),
  });
const hosts = [
  capable(1, 64500, 'EXAMPLE-A, FI', 'a.example', 'b.example'),
  capable(2, 64501, 'EXAMPLE-B, FI', 'a.example'),
  capable(3, 64505, 'LONE, SE', 'b.example'),
  makeHost({ address: '198.18.0.4', asn: 64501, as_name: 'EXAMPLE-B, FI' }),
  makeHost({ address: '198.18.0.5', asn: 64509, as_name: 'EXAMPLE-C, FI' }),
];
const domains = ['a.example', 'b.example'].map((name) =>
  makeDomain({ name, addresses: ['198.18.0.1', '198.18.0.2'], addresses_capable_v1: 2 }),
);

/** Rows of one query over these hosts. */
async function queryOf(name: string, organisations: Organisations | null): Promise<Row[]> {
  const folder = await mkdtemp(join(tmpdir(), 'census-organisations-'));
  const paths = await writeParquet(folder, hosts, domains);
  const database = await openDatabase({ temp: join(folder, 'temp') });
  await makeViews(database, { sources: [{ run: 'one', ...paths }], organisations, temp: folder });
  const found = await rowsOf((sql) => rows(database, sql), name);
  database.closeSync();
  await rm(folder, { recursive: true });
  return found;
}

const caida = await readOrganisations('test/fixtures/organisations/caida.txt');
const columns = ({ organisation, registered, ases, hosts: n, answered }: Row) => [
  organisation,
  registered,
  ases,
  n,
  answered,
];

test('by names, an organisation has its ASes, and its base rate those of its ASes without a capable address too', async () => {
  assert.equal((await queryOf('organisations', null)).map(columns), [
    ['EXAMPLE', 'FI', 2, 2, 4],
    ['LONE', 'SE', 1, 1, 1],
  ]);
});

test('by a file, the file decides alone: an AS that it does not list is an organisation of its own', async () => {
  assert.equal((await queryOf('organisations', caida)).map(columns), [
    ['Example Hosting Inc.', 'US', 2, 2, 3],
    ['@family-64505', 'SE', 1, 1, 1],
  ]);
  const without: Organisations = { of: new Map([...caida.of].filter(([asn]) => asn !== 64501)), rejected: [] };
  assert.equal(
    (await queryOf('organisations', without)).map(({ organisation }) => organisation),
    ['@family-64505', 'EXAMPLE-B, FI', 'Example Hosting Inc.'],
  );
});

test('the capable addresses lie across so many ASes and organisations', async () => {
  assert.equal(await queryOf('operators', null), [{ addresses: 3, ases: 3, organisations: 2 }]);
});

test('a domain in two ASes of one organisation counts once with it, and once in each AS', async () => {
  const counts = (found: Row[], key: string) =>
    found.map((row) => [row[key], row.domains, row.ratio, row.confirmed, row.hosts]);
  assert.equal(counts(await queryOf('domain_organisations', null), 'organisation'), [
    ['EXAMPLE', 2, 100, 2, 2],
    ['LONE', 1, 50, 1, 1],
  ]);
  assert.equal(counts(await queryOf('domain_systems', null), 'asn'), [
    [64500, 2, 100, 2, 1],
    [64501, 1, 50, 1, 1],
    [64505, 1, 50, 1, 1],
  ]);
});

test.run();
