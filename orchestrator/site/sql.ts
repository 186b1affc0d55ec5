import { readFile } from 'node:fs/promises';
import { readSql } from '../report/rows.ts';
import { sourcesSql } from '../report/sources.ts';
import { macrosSql } from '../report/views.ts';

/** Queries of the site, one .sql file each. */
export type SiteQuery = 'claims' | 'places' | 'ports' | 'rescan' | 'steps';

export async function readSiteSql(name: SiteQuery): Promise<string> {
  return await readFile(new URL(`./queries/${name}.sql`, import.meta.url), 'utf8');
}

/** The views that the queries read, as a script that runs in the folder of a run by itself; the program has names for organisations too. */
export async function readerViewsSql(): Promise<string> {
  const sources = sourcesSql([{ run: 'run', hosts: 'hosts.parquet', domains: 'domains.parquet' }]);
  return `-- In the folder of a run: duckdb -init views.sql, then claims.sql, then any of places.sql, ports.sql, steps.sql.
${sources}CREATE OR REPLACE TABLE as_organisations(asn BIGINT, organisation_id VARCHAR, organisation VARCHAR, registered VARCHAR);
${macrosSql()}${await readSql('views')}${await readSql('order')}${await readSql('places')}${await readSql('tables')}`;
}
