// takes: long
// runs: behind
import { join } from 'node:path';
import { parseHTML } from 'linkedom';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { openDatabase, rows, runSql } from '../../../orchestrator/core/database/duckdb.ts';
import { sqlText } from '../../../orchestrator/core/database/sql.ts';
import { sha256File } from '../../../orchestrator/core/folder/files.ts';
import { ManifestFile, readManifest } from '../../../orchestrator/core/folder/manifest.ts';
import { countOf, rowsOf } from '../../../orchestrator/report/rows.ts';
import { makeViews } from '../../../orchestrator/report/views.ts';
import { tellNetworks } from '../../../orchestrator/site/disclosure/sureness.ts';
import { type Cluster, clusterInterval } from '../../../orchestrator/uncertainty/clusters.ts';
import { randomFrom } from '../../../orchestrator/uncertainty/random.ts';
import { makeWeeks, place, siteOf, world } from './made.ts';
import { filesOf, type Row, viewsOf } from './published.ts';

const test = suite('site: how sure a share is');

const [run = ''] = await makeWeeks(1, { ...world, addresses: 4000, ases: 80, ports: [80] });

/** What each AS has, before anything is withheld. */
async function networksOf(version: 'v1' | 'v0'): Promise<Cluster[]> {
  const temp = place('temp');
  const database = await openDatabase({ temp });
  const source = { run: 'x', hosts: join(run, 'hosts.parquet'), domains: join(run, 'domains.parquet') };
  await makeViews(database, { sources: [source], organisations: null, temp });
  const systems = await rowsOf((sql) => rows(database, sql), 'systems');
  database.closeSync();
  return systems.map((row) => ({
    n: countOf(row, `capable_${version}`),
    of: countOf(row, `synack_${version}`),
  }));
}

/** The interval as the report has it, of a run whose seed is known. */
function intervalOf(clusters: Cluster[], version: 'v1' | 'v0'): { low: number; high: number } {
  const interval = clusterInterval(clusters, randomFrom(1, `ases endpoints_${version}`));
  assert.ok('low' in interval, JSON.stringify(interval));
  return interval;
}

/** Gives the run a second scan: so many endpoints of v1 by whether both verdicts are the same. */
async function scanTwice(equal: number, different: number): Promise<void> {
  const database = await openDatabase({ temp: place('temp-rescan') });
  const file = join(run, 'rescanned.parquet');
  await runSql(
    database,
    `COPY (SELECT '240.0.' || i // 256 || '.' || i % 256 AS address, CAST(80 AS INTEGER) AS port, CAST(1 AS INTEGER) AS version, 'not_offered' AS first,
      CASE WHEN i < ${equal} THEN 'not_offered' ELSE 'silent' END AS second, NULL::VARCHAR AS first_at, NULL::VARCHAR AS second_at, 'x' AS run
      FROM range(${equal + different}) t(i)) TO ${sqlText(file)} (FORMAT parquet)`,
  );
  database.closeSync();
  const manifest = await readManifest(run);
  const { scan, merge } = manifest?.stages ?? {};
  if (manifest === null || scan === undefined || merge === undefined) throw new Error('no run was made');
  const outputs = { ...merge.outputs, 'rescanned.parquet': await sha256File(file) };
  const stages = { ...manifest.stages, rescan: { ...scan, parts: {} }, merge: { ...merge, outputs } };
  const config = { ...manifest.config, rescan: { share: 0.1 } };
  await new ManifestFile(run, { ...manifest, config, stages }).save();
}

/** The rows of the table, and what stands beside the one number. */
async function published(name: string, k = 5): Promise<{ rows: Row[]; hero: Map<string, string>; page: string }> {
  const files = await filesOf(await siteOf([run], name, { k }));
  const { document } = parseHTML(files.get('index.html') ?? '');
  const pairs = [...document.querySelectorAll('.hero .pairs div')].map((pair): [string, string] => [
    pair.querySelector('dt')?.textContent ?? '',
    pair.querySelector('dd')?.textContent ?? '',
  ]);
  return {
    rows: viewsOf(files).get('runs/week-00/uncertainty')?.rows ?? [],
    hero: new Map(pairs),
    page: files.get('run/week-00.html') ?? '',
  };
}

test('the interval over networks is that of the report, with two digits, rounded outward', async () => {
  const { rows: told, hero, page } = await published('first', 1);
  for (const version of ['v1', 'v0'] as const) {
    const { low, high } = intervalOf(await networksOf(version), version);
    const row = told.find((one) => one.version === version && /over networks/.test(String(one.figure)));
    const [from, to] = [Number(row?.low), Number(row?.high)];
    assert.ok(
      from <= 100 * low && from > 90 * low && to >= 100 * high && to < 110 * high,
      `${low} ${high} ${from} ${to}`,
    );
    assert.is(String(from).replace(/[.0]/g, '').length <= 2, true);
    if (version === 'v1') assert.is(hero.get('share in other such networks (95\u00a0%)'), `${from} to ${to}\u00a0%`);
  }
  assert.is(hero.get('two scans agree'), 'not measured: the run has no rescan');
  assert.match(page, /id="uncertainty"/);
});

/** One endpoint fewer in `from`, one more in `to`: the whole stays as it is told. */
const moved = (clusters: readonly Cluster[], from: number, to: number) =>
  clusters.map((one, at) => ({ ...one, n: one.n + Number(at === to) - Number(at === from) }));

test('who knows the seed and all other networks still cannot tell a withheld one from another', async () => {
  const k = 5;
  for (const version of ['v1', 'v0'] as const) {
    const clusters = await networksOf(version);
    const whole = { answered: 1000, capable: 100, confirmed: null };
    const told = (of: Cluster[]) => JSON.stringify(tellNetworks(intervalOf(of, version), { clusters: of, whole, k }));
    const published = told(clusters);
    const small = clusters.flatMap(({ n, of }, at) => (n < k && n < of ? [at] : []));
    const withheld = small.filter((at) => (clusters[at]?.n ?? 0) > 0);
    assert.ok(withheld.length > 3, `${withheld.length} networks are withheld`);
    const found = withheld.filter(
      (from) => !small.some((to) => to !== from && told(moved(clusters, from, to)) === published),
    );
    assert.equal(found, [], version);
  }
});

test('how far two scans agree stands beside the number, and of how many nowhere', async () => {
  await scanTwice(380, 20);
  const { rows: told, hero } = await published('second');
  assert.is(hero.get('two scans agree'), '95\u00a0% (95\u00a0%: 92.4 to 96.8\u00a0%)');
  assert.equal(
    told.find((row) => row.version === 'v1' && /two scans/.test(String(row.figure))),
    {
      ...{ version: 'v1', figure: 'same verdict in two scans' },
      ...{ share: 95, low: 92.4, high: 96.8, why: null },
    },
  );
});

test('where fewer than k differ, it is withheld', async () => {
  await scanTwice(380, 4);
  const { rows: told, hero } = await published('third');
  assert.is(hero.get('two scans agree'), 'withheld');
  assert.is(told.filter(({ why }) => why === 'withheld').length, 1);
});

test.run();
