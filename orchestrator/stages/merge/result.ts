import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import type { z } from 'zod';
import type { Config } from '../../config/config.ts';
import { columnsOf, volatileFields } from '../../core/database/columns.ts';
import { sqlText } from '../../core/database/sql.ts';
import type { WholeContext } from '../../core/stage.ts';
import type { Scratch } from './scratch.ts';

/** SQL by field. */
type Given = Readonly<Record<string, string | null>>;

function fieldsOf(schema: z.ZodType, given: Given): string[] {
  const volatile = volatileFields(schema);
  return columnsOf(schema).flatMap(([column, type]) => {
    if (volatile.has(column)) return [];
    const value = given[column];
    if (value !== undefined) return value === null ? [] : [value];
    return [type.endsWith('[]') ? `CAST(to_json("${column}") AS VARCHAR)` : `"${column}"`];
  });
}

/**
 * result_sha256: over hosts and domains, in their order, without the fields that the schemas mark volatile. Each row is a line of CSV in
 * the order of the schema, lists as JSON; a pair of verdicts is its own sha256. A line that is shorter costs less to write than the rows
 * that it stands for, so what most rows have nothing in, and what is the same in all, has no field of its own.
 */
export class Result {
  readonly #hash = createHash('sha256');
  readonly #context: WholeContext<Config>;
  readonly #scratch: Scratch;

  constructor(context: WholeContext<Config>, scratch: Scratch) {
    this.#context = context;
    this.#scratch = scratch;
  }

  /**
   * Writes the lines of rows in order, beside whatever else is done; they count when the work that it gives is done, in the order of the rows.
   * @param name of no other rows whose lines are written at the time
   * @param rows SQL of rows with the fields of the schema, except those of `given`
   * @param given SQL instead of a field; null: it is not part of the line
   */
  async write(name: string, rows: string, schema: z.ZodType, given: Given): Promise<() => Promise<void>> {
    const file = `${name}.csv`;
    const path = this.#scratch.path(file);
    const lines = `SELECT ${fieldsOf(schema, given).join(', ')} FROM ${rows}`;
    await this.#context.run(`COPY (${lines}) TO ${sqlText(path)} (FORMAT csv, HEADER false)`);
    return async () => {
      for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 })) this.#hash.update(chunk);
      await this.#scratch.remove(file);
    };
  }

  /** Adds what is the same in all rows that follow. */
  add(text: string): void {
    this.#hash.update(text);
  }

  digest(): string {
    return this.#hash.digest('hex');
  }
}
