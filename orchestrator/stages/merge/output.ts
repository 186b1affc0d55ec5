import { readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import type { Config } from '../../config/config.ts';
import { columnsOf } from '../../core/database/columns.ts';
import { parquetSql, sqlText } from '../../core/database/sql.ts';
import { makeFolder } from '../../core/folder/files.ts';
import { joinParquet } from '../../core/parquet/join.ts';
import { pandasMetadata } from '../../core/parquet/pandas.ts';
import type { WholeContext } from '../../core/stage.ts';
import { CensusError } from '../../errors.ts';
import { Missing } from '../../schemas/lists.ts';
import type { Scratch } from './scratch.ts';

/** At the usual 3, zstd takes a fifth of the time of writing more, and what hosts and names have in common comes out larger. */
const compression = 'COMPRESSION zstd, COMPRESSION_LEVEL 1';

/** Rows of a group: the database holds one of every column while it writes, beside the memory that it counts. */
export const rowGroup = 20_480;

const Column = z.looseObject({ column_name: z.string(), column_type: z.string() });

/** Only what the schema says: names, types and order of the columns, and the words of the closed lists. */
async function check(context: WholeContext<Config>, view: string, schema: z.ZodObject): Promise<void> {
  const found: string[] = [];
  for await (const value of context.query(`SELECT column_name, column_type FROM (DESCRIBE ${view})`)) {
    const { column_name, column_type } = Column.parse(value);
    found.push(`${column_name} ${column_type}`);
  }
  const due = columnsOf(schema).map(([name, type]) => `${name} ${type.replaceAll('"', '')}`);
  if (found.map((column) => column.replaceAll('"', '')).join() !== due.join()) {
    throw new Error(`${view} has the columns ${found.join(', ')}`);
  }
  for (const name of Object.keys(schema.shape).filter((field) => field.endsWith('_missing'))) {
    for await (const value of context.query(`SELECT DISTINCT "${name}" AS word FROM ${view}`)) checkWord(name, value);
  }
}

const Word = z.object({ word: Missing.nullable() });

/** @throws CensusError E_INPUT for a word that is in no closed list: it came out of a record file */
function checkWord(field: string, value: unknown): void {
  if (Word.safeParse(value).success) return;
  throw new CensusError(
    'E_INPUT',
    `merge: ${field} would be ${JSON.stringify(value)}`,
    'if a record file was changed after it was written, put it back; mptcp-census replay decodes all of them again, without a packet',
  );
}

/** @throws Error if hosts are not in order of their addresses: readers of the file, and its digest, rely on the order */
export async function requireOrder({ query }: WholeContext<Config>): Promise<void> {
  const before = 'SELECT address, lag(address) OVER () AS before FROM hosts';
  for await (const value of query(`SELECT address FROM (${before}) WHERE address < before LIMIT 1`)) {
    throw new Error(`hosts.parquet is not in order at ${JSON.stringify(value)}`);
  }
}

/** Writes a piece of NAME.parquet into the scratch folder, with its rows in their final order. Pieces are in order of their numbers. */
export async function writePiece(
  context: WholeContext<Config>,
  scratch: Scratch,
  piece: { name: string; number: number; schema: z.ZodObject },
  sql: string,
): Promise<void> {
  const { name, number, schema } = piece;
  const path = scratch.path(`${name}/${String(number).padStart(6, '0')}.parquet`);
  await makeFolder(dirname(path));
  const metadata = `KV_METADATA {pandas: ${sqlText(pandasMetadata(schema))}}`;
  await context.run(
    `COPY (${sql}) TO ${sqlText(path)} (FORMAT parquet, ${compression}, ROW_GROUP_SIZE ${rowGroup}, ${metadata})`,
  );
}

/** Joins the pieces of NAME.parquet in the run folder, makes that the view NAME, and checks it; gives the number of rows. */
export async function joinPieces(
  context: WholeContext<Config>,
  scratch: Scratch,
  name: string,
  schema: z.ZodObject,
): Promise<number> {
  const path = join(context.folder, `${name}.parquet`);
  const pieces = (await readdir(scratch.path(name))).sort();
  const rows = await joinParquet(
    pieces.map((piece) => join(scratch.path(name), piece)),
    path,
  );
  await scratch.remove(name);
  await context.run(`CREATE OR REPLACE VIEW ${name} AS SELECT * FROM ${parquetSql(path)}`);
  await check(context, name, schema);
  return rows;
}
