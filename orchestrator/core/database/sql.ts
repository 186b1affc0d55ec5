import type { z } from 'zod';
import { requirePlainPath } from '../folder/folder.ts';
import { columnsOf } from './columns.ts';

/** Text as an SQL literal. */
export function sqlText(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** All files in a folder whose names match a pattern. */
export interface Matching {
  folder: string;
  pattern: string;
}

/** Where the database reads; whatever in a path is a pattern to it, and was not meant as one, would have other files read. */
function placeText(place: string | Matching): string {
  const { folder, pattern } = typeof place === 'string' ? { folder: place, pattern: null } : place;
  requirePlainPath(folder);
  return sqlText(pattern === null ? folder : `${folder}/${pattern}`);
}

/**
 * Files as a table, by one of the database's readers and its options. The name of a folder is none of the columns, though it be NAME=VALUE:
 * the folders are our users'.
 * @throws CensusError E_RUN_FOLDER when the database would take a path for a pattern, and read what else matches it
 */
export function filesSql(
  reader: 'parquet' | 'csv' | 'json',
  files: readonly (string | Matching)[],
  ...options: string[]
): string {
  return `read_${reader}([${files.map(placeText).join(', ')}], ${['hive_partitioning = false', ...options].join(', ')})`;
}

/** A Parquet file as a table with the columns that it has. */
export const parquetSql = (file: string) => filesSql('parquet', [file]);

/** Files of one JSON value a line as a table. @param columns SQL of the struct of their types */
export function jsonLinesSql(files: readonly string[], columns: string): string {
  return filesSql('json', files, "format = 'newline_delimited'", `columns = ${columns}`);
}

type Columns = readonly [name: string, type: string][];

/** NDJSON files as a table with these columns. */
export function ndjsonSql(files: readonly string[], columns: Columns): string {
  const fields = columns.map(([column, type]) => `${sqlText(column)}: ${sqlText(type)}`);
  return jsonLinesSql(files, `{${fields.join(', ')}}`);
}

/** Parquet files as a table with these columns: null where a file is older than a column. */
function recordsSql(files: readonly string[], columns: Columns): string {
  const none = columns.map(([column, type]) => `CAST(NULL AS ${type}) AS "${column}"`);
  const names = columns.map(([column]) => `"${column}"`);
  return `(
    SELECT ${names.join(', ')} FROM (
      SELECT * FROM ${filesSql('parquet', files, 'union_by_name = true')}
      UNION ALL BY NAME SELECT ${none.join(', ')} WHERE false
    ))`;
}

/** A view over files of one record schema, Parquet or NDJSON; without files it has no rows but the same columns. */
export function viewSql(name: string, files: string[], schema: z.ZodType): string {
  const columns = columnsOf(schema);
  if (files.length === 0) {
    const fields = columns.map(([column, type]) => `CAST(NULL AS ${type}) AS "${column}"`);
    return `CREATE OR REPLACE VIEW ${name} AS SELECT ${fields.join(', ')} WHERE false`;
  }
  const table = files.every((file) => file.endsWith('.parquet')) ? recordsSql : ndjsonSql;
  return `CREATE OR REPLACE VIEW ${name} AS SELECT * FROM ${table(files, columns)}`;
}
