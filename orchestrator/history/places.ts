import { createWriteStream } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { DuckDBInstance } from '@duckdb/node-api';
import { z } from 'zod';
import { Config } from '../config/config.ts';
import { batches, runSql } from '../core/database/duckdb.ts';
import { jsonLinesSql, parquetSql, sqlText } from '../core/database/sql.ts';
import { sha256File } from '../core/folder/files.ts';
import { type DecodeContext, Reject, type Tool } from '../core/tool.ts';
import type { Address } from '../roles.ts';
import type { History } from '../schemas/records/history/history.ts';
import { ip2asnLite } from '../tools/ip2asn-lite/tool.ts';
import { maxmind } from '../tools/maxmind/tool.ts';

/** The tables that the addresses of a whole series are looked up in. */
export interface Tables {
  rib: string | null;
  country: string | null;
  city: string | null;
}

const AddressRow = z.object({ address: z.string() });

function lookupConfig({ rib, country, city }: Tables): Config {
  return Config.parse({ targets: { prefixes: ['240.0.0.0/32'] }, asn: { rib }, geo: { country, city } });
}

/** Reads the tables to their ends before anything is counted, and names them. */
export async function readTables(tables: Tables): Promise<Pick<History, 'rib' | 'country' | 'city'>> {
  const config = lookupConfig(tables);
  await ip2asnLite.readThrough?.('history', config);
  await maxmind.readThrough?.('history', config);
  const named = async (path: string | null) =>
    path === null ? null : { file: basename(path), sha256: await sha256File(path) };
  return { rib: await named(tables.rib), country: await named(tables.country), city: await named(tables.city) };
}

/** A lookup tool is handed units and nothing else: it reads its tables, which lie here. */
function contextOf(
  config: Config,
  signal: AbortSignal,
  units: () => AsyncIterable<Address[]>,
): DecodeContext<Address, Config> {
  const none = (): never => {
    throw new Error('a lookup has no raw files and no rows of its own');
  };
  return {
    ...{ stage: 'history', part: '00000', folder: '', input: '', fetched: null, seed: 0 },
    ...{ config, signal, batches: units, rows: none, lines: none, rawLines: none, rawRows: none },
  };
}

async function* lookedUp<W, R>(tool: Tool<Address, W, R, Config>, context: DecodeContext<Address, Config>) {
  for await (const found of tool.decode(context)) {
    let lines = '';
    for (const { value } of found) {
      const record = tool.toRecord(tool.raw.parse(value), context);
      if (record instanceof Reject) continue;
      for (const one of [record].flat()) lines += `${JSON.stringify(one)}\n`;
    }
    yield lines;
  }
}

/**
 * Looks all addresses of the series up, each once, in one prefix table and one pair of databases: the table `frozen` (address, asn,
 * country). What is not given stays as each run has it.
 * @param addresses SQL of rows with an address, any number of times
 */
export async function freezePlaces(
  database: DuckDBInstance,
  given: { tables: Tables; addresses: string; temp: string; signal: AbortSignal },
): Promise<void> {
  const { tables, addresses, temp, signal } = given;
  const config = lookupConfig(tables);
  const all = resolve(temp, 'addresses.parquet');
  await runSql(database, `COPY (SELECT DISTINCT address FROM (${addresses})) TO ${sqlText(all)} (FORMAT parquet)`);
  async function* units() {
    for await (const batch of batches(database, `FROM ${parquetSql(all)}`)) yield z.array(AddressRow).parse(batch);
  }
  const context = contextOf(config, signal, units);
  const found = async <W, R>(name: string, tool: Tool<Address, W, R, Config>, on: boolean, columns: string) => {
    const file = join(temp, `${name}.ndjson`);
    await pipeline(on ? lookedUp(tool, context) : [], createWriteStream(file));
    const source = jsonLinesSql([file], columns);
    await runSql(database, `CREATE OR REPLACE TABLE frozen_${name} AS FROM ${source}`);
  };
  await found('asn', ip2asnLite, tables.rib !== null, "{address: 'VARCHAR', asn: 'BIGINT'}");
  await found('geo', maxmind, isPlaced(tables), "{address: 'VARCHAR', country: 'VARCHAR'}");
}

/** Whether countries are looked up again. */
export function isPlaced({ country, city }: Pick<Tables, 'country' | 'city'>): boolean {
  return country !== null || city !== null;
}
