import { sqlText } from '../core/duckdb.ts';

/** The result of one run: what merge wrote. */
export interface Source {
  run: string;
  /** Path of hosts.parquet. */
  hosts: string;
  /** Path of domains.parquet. */
  domains: string;
}

/** The views `hosts` and `domains` over one run or several, each row under the name of its run (contract: queries/views.sql). */
export function sourcesSql(sources: readonly Source[]): string {
  const viewOf = (name: 'hosts' | 'domains') => {
    const parts = sources.map(
      (source) =>
        `SELECT ${sqlText(source.run)} AS run, COLUMNS(lambda field: field <> 'run') FROM read_parquet(${sqlText(source[name])})`,
    );
    return `CREATE OR REPLACE VIEW ${name} AS ${parts.join(' UNION ALL BY NAME ')};\n`;
  };
  return viewOf('hosts') + viewOf('domains');
}
