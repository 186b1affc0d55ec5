import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import type { z } from 'zod';
import type { Config } from '../../config/config.ts';
import { columnsOf, volatileFields } from '../../core/columns.ts';
import { sqlText } from '../../core/duckdb.ts';
import type { WholeContext } from '../../core/stage.ts';
import type { Scratch } from './scratch.ts';

/**
 * result_sha256: over hosts and domains, in their order, without the fields that the schemas mark volatile. Each row is a line of CSV in
 * the order of the schema, lists as JSON; a pair of verdicts is its own sha256.
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
   * Adds rows in order.
   * @param columns instead of fields of the schema that the rows do not have as they are: SQL, null to leave one out
   */
  async add(rows: string, schema: z.ZodType, columns: Readonly<Record<string, string | null>> = {}): Promise<void> {
    const volatile = volatileFields(schema);
    const selected = columnsOf(schema).flatMap(([column, type]) => {
      const given = columns[column];
      if (volatile.has(column) || given === null) return [];
      if (given !== undefined) return [given];
      return [type.endsWith('[]') ? `CAST(to_json("${column}") AS VARCHAR)` : `"${column}"`];
    });
    const file = this.#scratch.path('result.csv');
    await this.#context.run(
      `COPY (SELECT ${selected.join(', ')} FROM ${rows}) TO ${sqlText(file)} (FORMAT csv, HEADER false)`,
    );
    for await (const chunk of createReadStream(file, { highWaterMark: 1 << 20 })) this.#hash.update(chunk);
    await this.#scratch.remove('result.csv');
  }

  digest(): string {
    return this.#hash.digest('hex');
  }
}
