import type { DuckDBInstance } from '@duckdb/node-api';
import { z } from 'zod';
import { rows, runSql } from '../core/database/duckdb.ts';
import { viewSql } from '../core/database/sql.ts';
import { countOf, rowsOf } from '../report/rows.ts';
import { RescannedRecord } from '../schemas/records/rescanned.ts';
import { type Cluster, type ClusterInterval, clusterInterval } from '../uncertainty/clusters.ts';
import { randomFrom } from '../uncertainty/random.ts';
import type { Version } from './counts.ts';
import type { Twice } from './disclosure/sureness.ts';
import type { SiteRun } from './runs.ts';
import { readSiteSql } from './sql.ts';

/** How sure the share of a version is, before any of it is withheld. */
export type SurenessCounts = Record<
  Version,
  { interval: ClusterInterval; clusters: readonly Cluster[]; twice: Twice | null }
>;

const n = z.int();
const Pair = z.object({ version: z.enum(['v1', 'v0']), equal: z.boolean(), endpoints: n, addresses: n, ports: n });

async function twiceIn(
  database: DuckDBInstance,
  rescan: SiteRun['rescan'],
): Promise<(version: Version) => Twice | null> {
  const file = (await rescan?.file()) ?? null;
  if (rescan === null || file === null) return () => null;
  await runSql(database, viewSql('rescanned', [file], RescannedRecord));
  const found: z.infer<typeof Pair>[] = [];
  for await (const row of rows(database, await readSiteSql('rescan'))) found.push(Pair.parse(row));
  return (version) => {
    const count = (equal: boolean) => {
      const row = found.find((one) => one.version === version && one.equal === equal);
      return { endpoints: row?.endpoints ?? 0, addresses: row?.addresses ?? 0 };
    };
    const ports = Math.max(0, ...found.filter((one) => one.version === version).map((one) => one.ports));
    return { equal: count(true), different: count(false), ports, drawn: rescan.drawn };
  };
}

/** Over the views of the report, with its own numbers: the same draws of the same ASes. */
export async function countSureness(
  database: DuckDBInstance,
  { seed, rescan }: Pick<SiteRun, 'seed' | 'rescan'>,
): Promise<SurenessCounts> {
  const systems = await rowsOf((sql) => rows(database, sql), 'systems');
  const known = systems.some(({ asn }) => typeof asn === 'number');
  const twice = await twiceIn(database, rescan);
  const of = (version: Version) => {
    const clusters = systems.map((row) => ({
      n: countOf(row, `capable_${version}`),
      of: countOf(row, `synack_${version}`),
    }));
    const interval: ClusterInterval = known
      ? clusterInterval(clusters, randomFrom(seed, `ases endpoints_${version}`))
      : { why: 'of no address the AS is known' };
    return { interval, clusters, twice: twice(version) };
  };
  return { v1: of('v1'), v0: of('v0') };
}
