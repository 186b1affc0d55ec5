import { createWriteStream, type WriteStream } from 'node:fs';
import { join } from 'node:path';
import { finished } from 'node:stream/promises';
import type { DuckDBInstance } from '@duckdb/node-api';
import type { z } from 'zod';
import { compiled } from '../core/compiled.ts';
import { columnsOf } from '../core/database/columns.ts';
import { openDatabase, rows, runSql } from '../core/database/duckdb.ts';
import { ndjsonSql, parquetSql, sqlText } from '../core/database/sql.ts';
import { requirePlainPath } from '../core/folder/folder.ts';
import { LineOutput } from '../judge/line-output.ts';
import { TrafficClient } from '../schemas/records/traffic/client.ts';
import { TrafficConnection } from '../schemas/records/traffic/connection.ts';
import { TrafficServer } from '../schemas/records/traffic/server.ts';
import { TrafficSubflow } from '../schemas/records/traffic/subflow.ts';

/** What the database may hold beside what it spills; node itself takes some 200 MB. */
const MEMORY = '256MB';

interface Table {
  stream: WriteStream;
  output: LineOutput;
}

function openTable(folder: string, name: string): Table {
  const stream = createWriteStream(join(folder, `${name}.ndjson`), { mode: 0o600 });
  return { stream, output: new LineOutput(stream) };
}

const connection = compiled(TrafficConnection);
const subflow = compiled(TrafficSubflow);

/** SQL of one row per client: who offered, and who was accepted. */
const clientsSql = `
  SELECT 'client' AS record, client_address AS address,
    list_sort(list_distinct(flatten(list(offered_versions)))) AS versions_offered,
    coalesce(list_sort(list_distinct(list(version) FILTER (answer = 'mp_capable' AND version IS NOT NULL))), []) AS versions_accepted,
    count(*) FILTER (functional) AS functional,
    CAST(sum(client_bytes + server_bytes) AS BIGINT) AS bytes,
    any_value(family) AS family, count(*) AS connections,
    count(*) FILTER (answer = 'mp_capable') AS accepted,
    min(started_at) AS first_at, max(started_at) AS last_at
  FROM connections WHERE opener_known AND opening = 'offered'
  GROUP BY client_address ORDER BY client_address`;

const serversSql = `
  SELECT 'server' AS record, server_address AS address, server_port AS port,
    list_sort(list_distinct(flatten(list(offered_versions)))) AS versions_offered,
    coalesce(list_sort(list_distinct(list(version) FILTER (answer = 'mp_capable' AND version IS NOT NULL))), []) AS versions_accepted,
    count(*) FILTER (answer = 'echoed') AS echoed,
    any_value(family) AS family, count(*) AS connections,
    count(*) FILTER (answer = 'mp_capable') AS accepted,
    min(started_at) AS first_at, max(started_at) AS last_at
  FROM connections WHERE opener_known AND opening = 'offered'
  GROUP BY server_address, server_port ORDER BY server_address, server_port`;

/** Connections and subflows of a reading, on disk: what is counted over all of them is asked there, so that none is held. */
export class TrafficStore {
  readonly #folder: string;
  readonly #connections: Table;
  readonly #subflows: Table;
  readonly #most: number;
  #database: DuckDBInstance | null = null;
  /** Records that were too many to keep. */
  leftOut = 0;

  /** @param most maximum number of records kept; further ones are only counted */
  constructor(folder: string, most = Number.POSITIVE_INFINITY) {
    requirePlainPath(folder); // before anything is read, for nothing
    this.#folder = folder;
    this.#most = most;
    this.#connections = openTable(folder, 'connections');
    this.#subflows = openTable(folder, 'subflows');
  }

  /** Takes one record and gives the line that it is. */
  add(record: TrafficConnection | TrafficSubflow): string {
    const own = record.record === 'connection';
    const line = JSON.stringify(own ? connection.parse(record) : subflow.parse(record));
    if (this.#connections.output.lines + this.#subflows.output.lines >= this.#most) {
      this.leftOut += 1;
      return line;
    }
    (own ? this.#connections : this.#subflows).output.add(line);
    return line;
  }

  async drain(): Promise<void> {
    await this.#connections.output.drain();
    await this.#subflows.output.drain();
  }

  /** No more records come: now they can be asked for. */
  async end(): Promise<void> {
    for (const { stream, output } of [this.#connections, this.#subflows]) {
      await output.end();
      stream.end();
      await finished(stream);
    }
    // Each thread that reads JSON holds 32 MB for it.
    const database = await openDatabase({ temp: join(this.#folder, 'sorting'), memoryLimit: MEMORY, threads: 1 });
    this.#database = database;
    for (const [name, schema] of [
      ['connections', TrafficConnection],
      ['subflows', TrafficSubflow],
    ] as const) {
      // Asked a dozen times: read as JSON once.
      const table = ndjsonSql([join(this.#folder, `${name}.ndjson`)], columnsOf(schema));
      const parquet = join(this.#folder, `${name}.parquet`);
      await runSql(
        database,
        `COPY (SELECT * FROM ${table}) TO ${sqlText(parquet)} (FORMAT parquet, ROW_GROUP_SIZE 20000)`,
      );
      await runSql(database, `CREATE VIEW ${name} AS SELECT * FROM ${parquetSql(parquet)}`);
    }
    await runSql(database, `CREATE VIEW clients AS ${clientsSql}`);
    await runSql(database, `CREATE VIEW servers AS ${serversSql}`);
  }

  get database(): DuckDBInstance {
    if (this.#database === null) throw new Error('records are still being written');
    return this.#database;
  }

  /** Clients and servers, each as it is checked by its schema. */
  async *endpoints(): AsyncGenerator<TrafficClient | TrafficServer> {
    for await (const row of rows(this.database, 'SELECT * FROM clients')) yield TrafficClient.parse(row);
    for await (const row of rows(this.database, 'SELECT * FROM servers')) yield TrafficServer.parse(row);
  }

  async writeParquet(out: string): Promise<void> {
    const tables: [name: string, schema: z.ZodType][] = [
      ['connections', TrafficConnection],
      ['subflows', TrafficSubflow],
      ['clients', TrafficClient],
      ['servers', TrafficServer],
    ];
    for (const [name, schema] of tables) {
      const columns = columnsOf(schema).map(([column, type]) => `CAST("${column}" AS ${type}) AS "${column}"`);
      const target = sqlText(join(out, `${name}.parquet`));
      await runSql(this.database, `COPY (SELECT ${columns.join(', ')} FROM ${name}) TO ${target} (FORMAT parquet)`);
    }
  }

  close(): void {
    this.#database?.closeSync();
  }
}
