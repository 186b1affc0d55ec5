import { join } from 'node:path';
import type { DuckDBInstance } from '@duckdb/node-api';
import { rows, runSql, sqlText } from '../../core/duckdb.ts';

/** Replies that are put in order at a time: what one step holds does not grow with the input. */
const mostAtATime = 1_000_000;

const columns = "{'n': 'BIGINT', 'address': 'VARCHAR', 'port': 'INTEGER', 'rtt_us': 'DOUBLE', 'evidence': 'VARCHAR'}";
const form = `delim = '\\t', quote = '', escape = '', header = false, auto_detect = false, columns = ${columns}`;

/**
 * Rows of a file of numbered replies (n from 0, in the order in which they came), those of one endpoint one after the other, endpoints
 * in the order of their first reply. Three steps over tables on disk: all replies; for each the first of its endpoint, some endpoints
 * at a time; then the replies in ranges of that first one.
 */
export async function* inOrder(
  database: DuckDBInstance,
  input: { file: string; folder: string; count: number; atATime?: number },
): AsyncGenerator<unknown> {
  const { file, folder, count, atATime = mostAtATime } = input;
  const steps = Math.max(1, Math.ceil(count / atATime));
  const replies = sqlText(join(folder, 'replies.parquet'));
  const write = (sql: string, path: string) =>
    runSql(database, `COPY (${sql}) TO ${path} (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE 20480)`);
  await write(`FROM read_csv(${sqlText(file)}, ${form})`, replies);
  const firsts: string[] = [];
  for (let step = 0; step < steps; step++) {
    firsts.push(sqlText(join(folder, `firsts-${step}.parquet`)));
    await write(
      `SELECT n, min(n) OVER (PARTITION BY address, port) AS first FROM read_parquet(${replies})
       WHERE hash(address, port) % ${steps} = ${step}`,
      firsts[step] ?? '',
    );
  }
  for (let from = 0; from < count; from += atATime) {
    yield* rows(
      database,
      `SELECT address, port, rtt_us, evidence
       FROM read_parquet(${replies}) r JOIN read_parquet([${firsts.join(', ')}]) f USING (n)
       WHERE first >= ${from} AND first < ${from + atATime} ORDER BY first, n`,
    );
  }
}
