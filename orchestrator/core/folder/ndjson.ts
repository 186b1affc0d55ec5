import { createReadStream } from 'node:fs';
import ndjson from 'ndjson';
import { z } from 'zod';
import { CensusError } from '../../errors.ts';
import { compiled } from '../compiled.ts';
import { AlikeLines } from '../json/alike-lines.ts';
import { lineBatches, placedLines } from '../process/lines.ts';
import { pieces } from './files.ts';

const changed =
  'the file was changed by hand or by another version; put it back as it was, from a copy of the run folder';

/** A checker of rows that this program wrote itself: each against its schema. */
function rowCheck<T>(path: string, schema: z.ZodType<T>): (value: unknown) => T {
  const checked = compiled(schema);
  let line = 0;
  return (value) => {
    line += 1;
    const parsed = checked.safeParse(value);
    if (parsed.success) return parsed.data;
    throw new CensusError(
      'E_INPUT',
      `${path}, line ${line}: ${parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; ')}`,
      changed,
    );
  };
}

/** What is left of rows whose party was purged: how many units they stood for. */
export interface PurgedUnits {
  /** Units of rows that are gone. */
  units: number;
  /** Of those, units that the program's own blocklist took out of a prefix. */
  blocked: number;
  /** Of those, units that it sent nothing because they opted out while it sent. */
  opted_out: number;
  /** Units with an answer that was taken out of a prefix whose row is kept. */
  within: number;
}

const Purged = z.union([
  z.strictObject({ purged: z.int(), blocked: z.int().optional(), opted_out: z.int().optional() }),
  // `purge`: which purge of the run it was, from 0
  z.strictObject({ purged_within: z.int(), purge: z.int() }),
]);

export const purgedRow = /^\{"purged(_within)?":\d+[^{}]*\}$/;
const purgedStart = '{"purged';

/** The pattern is dearer than a look at how the line begins, and runs without a purge have millions. */
function isPurgedLine(line: string): boolean {
  return line.startsWith(purgedStart) && purgedRow.test(line);
}

/** Whether a word of ASCII stands anywhere in a file. */
async function isIn(path: string, word: string): Promise<boolean> {
  const most = word.length - 1;
  let tail: Buffer = Buffer.alloc(0);
  for await (const piece of pieces(path)) {
    if (piece.includes(word) || Buffer.concat([tail, piece.subarray(0, most)]).includes(word)) return true;
    tail = Buffer.concat([tail, piece.subarray(-most)]).subarray(-most);
  }
  return false;
}

function isPurged(value: unknown): boolean {
  return typeof value === 'object' && value !== null && ('purged' in value || 'purged_within' in value);
}

/** Units of a file whose party was purged. */
export async function purgedUnits(path: string): Promise<PurgedUnits> {
  const sum: PurgedUnits = { units: 0, blocked: 0, opted_out: 0, within: 0 };
  if (!(await isIn(path, purgedStart))) return sum;
  for await (const lines of lineBatches(pieces(path))) {
    for (const line of lines) {
      if (!isPurgedLine(line)) continue;
      const row = Purged.parse(JSON.parse(line));
      if ('purged_within' in row) {
        sum.within += row.purged_within;
        continue;
      }
      sum.units += row.purged;
      sum.blocked += row.blocked ?? 0;
      sum.opted_out += row.opted_out ?? 0;
    }
  }
  return sum;
}

/** Rows of an NDJSON file that this program wrote itself, one by one. */
export async function* readRows<T>(path: string, schema: z.ZodType<T>): AsyncGenerator<T> {
  const check = rowCheck(path, schema);
  const file = createReadStream(path);
  const rows = file.pipe(ndjson.parse());
  file.once('error', (error) => rows.destroy(error)); // `pipe` hands on no errors
  try {
    for await (const value of rows) if (!isPurged(value)) yield check(value);
  } catch (cause) {
    if (!(cause instanceof SyntaxError)) throw cause;
    throw new CensusError('E_INPUT', `${path}: ${cause.message}`, changed, cause);
  }
}

/** The same, some hundreds at a time: ten times as fast where a part has hundreds of thousands. */
export async function* rowBatches<T>(path: string, schema: z.ZodType<T>): AsyncGenerator<T[]> {
  const check = rowCheck(path, schema);
  const alike = new AlikeLines();
  for await (const batch of placedLines(pieces(path))) {
    const rows: T[] = [];
    for (const { value, line = '' } of alike.rows(batch)) if (!isPurgedLine(line)) rows.push(check(value));
    yield rows;
  }
}
