import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { tables } from './world.ts';

/** One merge of a world by the sources of a checkout, in a process of its own; prints what it cost as JSON. Usage: one.ts CHECKOUT WORLD OUT */
const [checkout = '', world = '', out = ''] = process.argv.slice(2);

/** Its first path that there is: files have moved since the peer. */
async function load(...paths: string[]) {
  const path = paths.map((name) => join(checkout, 'orchestrator', name)).find((name) => existsSync(name));
  if (path === undefined) throw new Error(`${checkout} has none of ${paths.join(', ')}`);
  return await import(pathToFileURL(path).href);
}

const { merge } = await load('stages/merge.ts');
const { Config } = await load('config/config.ts', 'config.ts');
const { columnsOf } = await load('core/database/columns.ts', 'core/columns.ts');
const { openDatabase, rows, runSql } = await load('core/database/duckdb.ts', 'core/duckdb.ts');
const { sqlText } = await load('core/database/sql.ts', 'core/duckdb.ts');
const database = await openDatabase({ temp: join(out, '.tmp'), memoryLimit: '512MB' });

/** SQL of a list of structs with the fields of a type alone: they have grown since the peer. */
function narrowed(name: string, type: string): string {
  const [, fields = ''] = /^STRUCT\((.*)\)\[\]$/.exec(type) ?? [];
  const kept = fields.split(', ').map((field) => field.split(' ')[0] ?? '');
  return `[struct_pack(${kept.map((field) => `${field} := x.${field}`).join(', ')}) FOR x IN "${name}"] AS "${name}"`;
}

/** SQL of the rows of the parts of a stage as the checkout knows them. */
async function written(parts: string, types: ReadonlyMap<string, string>): Promise<string> {
  const from = `read_parquet(${sqlText(`${parts}/*.parquet`)}, hive_partitioning = false, union_by_name = true)`;
  const selected: string[] = [];
  for await (const { column_name: name, column_type: found } of rows(database, `FROM (DESCRIBE FROM ${from})`)) {
    const type = types.get(name);
    const same = type === undefined || type.replaceAll('"', '') === found.replaceAll('"', '');
    selected.push(same || !type.startsWith('STRUCT') ? `"${name}"` : narrowed(name, type));
  }
  return `SELECT ${selected.join(', ')} FROM ${from}`;
}

for (const [stage, { record }] of Object.entries(tables)) {
  const name = `${stage.slice(0, 1).toUpperCase()}${stage.slice(1)}Record`;
  const path = `schemas/records/${stage}.ts`;
  const own = existsSync(join(checkout, 'orchestrator', path)) ? (await load(path))[name] : record;
  const columns: [name: string, type: string][] = columnsOf(own);
  // null where the world is older than a column, nothing where it is older than a stage
  const none = columns.map(([column, type]) => `CAST(NULL AS ${type}) AS "${column}"`);
  const parts = join(world, stage);
  const there = existsSync(parts) ? `${await written(parts, new Map(columns))} UNION ALL BY NAME ` : '';
  const names = columns.map(([column]) => `"${column}"`);
  await runSql(
    database,
    `CREATE VIEW ${stage} AS SELECT ${names.join(', ')} FROM (${there}SELECT ${none.join(', ')} WHERE false)`,
  );
}
const before = process.cpuUsage();
const begun = performance.now();
const counts = await merge.run({
  config: Config.parse({ targets: { list: 'list.csv' } }),
  folder: out,
  query: (sql: string) => rows(database, sql),
  run: (sql: string) => runSql(database, sql),
  manifest: { run: 'bench', seed: 1, rule_set: 'ours', vantage: { hostname: 'bench' }, stages: {} },
  setResult: () => undefined,
  progress: () => undefined,
});
const { user, system } = process.cpuUsage(before);
const cost = {
  hosts: counts.units_in,
  processor: (user + system) / 1e6,
  wall: (performance.now() - begun) / 1e3,
  peak: (process.resourceUsage().maxRSS * 1024) / 1e6,
};
console.log(JSON.stringify(cost));
database.closeSync();
