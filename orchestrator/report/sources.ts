import type { z } from 'zod';
import { columnsOf } from '../core/columns.ts';
import { sqlText } from '../core/duckdb.ts';
import { DomainsRecord } from '../schemas/records/domains.ts';
import { HostsRecord } from '../schemas/records/hosts.ts';

/** The result of one run: what merge wrote. */
export interface Source {
  run: string;
  /** Path of hosts.parquet. */
  hosts: string;
  /** Path of domains.parquet. */
  domains: string;
}

const records: Readonly<Record<'hosts' | 'domains', z.ZodObject>> = { hosts: HostsRecord, domains: DomainsRecord };

/**
 * The views `hosts` and `domains` over one run or several, each row under the name of its run (contract: queries/views.sql). A column that
 * is younger than a run, or a field of one, is null in its rows.
 */
export function sourcesSql(sources: readonly Source[]): string {
  const viewOf = (name: 'hosts' | 'domains') => {
    const own = columnsOf(records[name]).filter(([column]) => column !== 'run');
    const none = own.map(([column, type]) => `CAST(NULL AS ${type}) AS "${column}"`);
    const parts = sources.map(
      (source) =>
        `SELECT ${sqlText(source.run)} AS run, COLUMNS(lambda field: field <> 'run') FROM read_parquet(${sqlText(source[name])})`,
    );
    const columns = ['run', ...own.map(([column]) => `"${column}"`)];
    const all = [...parts, `SELECT CAST(NULL AS VARCHAR) AS run, ${none.join(', ')} WHERE false`].join(
      ' UNION ALL BY NAME ',
    );
    return `CREATE OR REPLACE VIEW ${name} AS SELECT ${columns.join(', ')} FROM (${all});\n`;
  };
  return viewOf('hosts') + viewOf('domains');
}
