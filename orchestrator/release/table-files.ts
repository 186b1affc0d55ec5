import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { z } from 'zod';
import { columnsOf } from '../core/database/columns.ts';
import { sqlText } from '../core/database/sql.ts';
import { pandasMetadata } from '../core/parquet/pandas.ts';

/** Columns of a record schema as DuckDB has them, by name. */
export type Columns = readonly [name: string, type: string][];

/** Texts from outside that a spreadsheet would run, as in report/tables/table.ts: signs of a formula, with what may stand before them. */
const formula = '^\\s*[=+\\-@\\x{ff1d}\\x{ff0b}\\x{ff0d}\\x{ff20}]';
const number = '^-?\\d+(\\.\\d+)?(e[+-]?\\d+)?$';
/** What a terminal would obey, or what turns the direction of text. */
const obeyed = '[\\p{Cc}\\x{061c}\\x{200e}\\x{200f}\\x{2028}-\\x{202e}\\x{2066}-\\x{2069}]';

/** A cell of CSV: texts that nothing obeys, lists and structures as JSON. */
function csvCell([name, type]: Columns[number]): string {
  const column = `CAST("${name}" AS ${type})`;
  const nested = type.endsWith('[]') || type.startsWith('STRUCT');
  if (!nested && type !== 'VARCHAR') return `${column} AS "${name}"`;
  const shown = `regexp_replace(${nested ? `CAST(to_json(${column}) AS VARCHAR)` : column}, ${sqlText(obeyed)}, chr(65533), 'g')`;
  if (nested) return `CASE WHEN ${column} IS NOT NULL THEN ${shown} END AS "${name}"`;
  const runs = `regexp_matches(${column}, ${sqlText(formula)}) AND NOT regexp_matches(${column}, ${sqlText(number)})`;
  return `CASE WHEN ${runs} THEN '''' ELSE '' END || ${shown} AS "${name}"`;
}

/** What the files of a table are made with. */
export interface Made {
  run: (sql: string) => Promise<void>;
  /** Name of a view or table that holds the rows in their order. */
  view: string;
  schema: z.ZodType;
}

/** Rows of a group; those of the run's own files are as many. */
const rowGroup = 20_480;

export async function writeParquet({ run, view, schema }: Made, path: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const columns = columnsOf(schema).map(([name, type]) => `CAST("${name}" AS ${type}) AS "${name}"`);
  const metadata = `KV_METADATA {pandas: ${sqlText(pandasMetadata(schema))}}`;
  await run(
    `COPY (SELECT ${columns.join(', ')} FROM ${view}) TO ${sqlText(path)} (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE ${rowGroup}, ${metadata})`,
  );
}

/** Comma-separated values: null is nothing, an empty text is two quotes. A path that ends in .gz is compressed. */
export async function writeCsv({ run, view, schema }: Made, path: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const compression = path.endsWith('.gz') ? 'gzip' : 'uncompressed';
  await run(
    `COPY (SELECT ${columnsOf(schema).map(csvCell).join(', ')} FROM ${view}) TO ${sqlText(path)} (FORMAT csv, HEADER, COMPRESSION ${compression})`,
  );
}
