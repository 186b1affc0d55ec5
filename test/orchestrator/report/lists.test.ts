import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { openDatabase, rows } from '../../../orchestrator/core/database/duckdb.ts';
import { type Row, rowsOf } from '../../../orchestrator/report/rows.ts';
import { makeViews } from '../../../orchestrator/report/views.ts';
import type { DomainsRecord } from '../../../orchestrator/schemas/records/domains.ts';
import type { HostsRecord } from '../../../orchestrator/schemas/records/hosts.ts';
import { makeDomain, makeHost, verdict, writeParquet } from './parquet.ts';

const test = suite('report/lists');

async function listsOf(hosts: HostsRecord[], domains: DomainsRecord[]): Promise<Row[]> {
  const folder = await mkdtemp(join(tmpdir(), 'census-lists-'));
  const paths = await writeParquet(folder, hosts, domains);
  const database = await openDatabase({ temp: join(folder, 'temp') });
  await makeViews(database, { sources: [{ run: 'one', ...paths }], organisations: null, temp: folder });
  const found = await rowsOf((sql) => rows(database, sql), 'lists');
  database.closeSync();
  await rm(folder, { recursive: true });
  return found;
}

type Ranks = DomainsRecord['ranks'];
const in1 = (rank: number | null): Ranks => [{ list: 'zebra', rank }];
const in2 = (rank: number | null): Ranks => [{ list: 'apple', rank }];
const address = '198.18.0.1';
const answered = { addresses: [address], addresses_answered: 1 };
const capable = { ...answered, addresses_capable_v1: 1 };
const host = (given: Partial<HostsRecord>) =>
  makeHost({ address, domains: [{ name: 'both.example', rank: 7, www: false }], ...given });
const domains = [
  makeDomain({ name: 'both.example', rank: 7, ranks: [...in1(7), ...in2(3)], ...capable }),
  makeDomain({ name: 'one.example', rank: 1, ranks: in1(1), ...answered }),
  makeDomain({ name: 'two.example', ranks: in2(9), ...answered, addresses_capable_v0: 1 }),
  makeDomain({ name: 'dead.example', ranks: in2(1), addresses: [], addresses_answered: 0 }),
  makeDomain({ name: 'silent.example', ranks: in2(2), addresses: [address], addresses_answered: 0 }),
];

test('each list counts its own names and ranks, in the order of the lists; a name of two counts in both', async () => {
  const found = await listsOf([host({ v1: verdict('capable', 'connection'), connected: true })], domains);
  const zebra = { list: 'zebra', names: 2, resolved: 2, answered: 2, capable: 1, share: 50, v1: 1, confirmed: 1 };
  const apple = { list: 'apple', names: 4, resolved: 3, answered: 2, capable: 2, share: 100, v1: 1, confirmed: 1 };
  assert.equal(found, [
    { ...zebra, best_rank: 7 },
    { ...apple, best_rank: 3 },
  ]);
});

test('without a connection nothing is said of confirmed, and without a capable domain nothing of ranks', async () => {
  const [zebra] = await listsOf([host({ v1: verdict('capable', 'fresh_key') })], domains);
  assert.equal([zebra?.capable, zebra?.confirmed], [1, null]);
  const [only] = await listsOf([], [makeDomain({ name: 'x.example', ranks: in1(null), ...answered })]);
  assert.equal([only?.list, only?.capable, only?.share, only?.best_rank], ['zebra', 0, 0, null]);
});

test.run();
