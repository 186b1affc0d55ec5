import { z } from 'zod';
import type { Config } from '../../config/config.ts';
import type { WholeContext } from '../../core/stage.ts';
import { HostsRecord } from '../../schemas/records/hosts.ts';
import { rowGroup, writePiece } from './output.ts';
import type { Scratch } from './scratch.ts';

/** Rows of hosts.parquet once more: those that the report reads of one by one, which would else look for them among ten million. */
export const detailsFile = 'details.parquet';

/** SQL: numbers of the pairs of verdicts in which one is capable or undecided. */
const telling = 'SELECT verdict FROM verdicts WHERE capable_v1 OR capable_v0 OR undecided';

/**
 * SQL of the rows of details.parquet among those of hostsSql, in order: of every address that was asked for more than all are, or has such a verdict at
 * any of its ports. Sorted, since a join may turn the order.
 */
function detailsSql(rows: string): string {
  const addresses = `SELECT address FROM ${rows} WHERE known IS NOT NULL OR verdict IN (${telling})`;
  return `FROM ${rows} WHERE address IN (${addresses}) ORDER BY address, port`;
}

const Held = z.object({ held: z.int() });

/** Pieces of details.parquet, each of as many ranges as fill a group: to write the hundred columns of a few rows takes nearly as long as of many. */
export class Details {
  readonly #context: WholeContext<Config>;
  readonly #scratch: Scratch;
  readonly #whole: (rows: string) => string;
  readonly #group: number;
  #tables: string[] = [];
  #rows = 0;
  #pieces = 0;

  /**
   * @param whole SQL of whole host rows, out of rows of hostsSql
   * @param group rows that fill one
   */
  constructor(context: WholeContext<Config>, scratch: Scratch, whole: (rows: string) => string, group = rowGroup) {
    this.#context = context;
    this.#scratch = scratch;
    this.#whole = whole;
    this.#group = group;
  }

  /**
   * Holds the rows of a range beside whatever else is done.
   * @param rows of hostsSql
   * @returns what adds them, in the order of the ranges
   */
  async hold(range: number, rows: string): Promise<() => Promise<void>> {
    const table = `range_details_${range}`;
    await this.#context.run(`CREATE OR REPLACE TABLE ${table} AS ${detailsSql(rows)}`);
    return async () => {
      this.#tables.push(table);
      for await (const value of this.#context.query(`SELECT count(*) AS held FROM ${table}`))
        this.#rows += Held.parse(value).held;
      if (this.#rows >= this.#group) await this.write();
    };
  }

  /** Writes what is held. */
  async write(): Promise<void> {
    if (this.#tables.length === 0) return;
    const held = this.#tables.map((table) => `FROM ${table}`).join(' UNION ALL ');
    const piece = { name: 'details', number: this.#pieces, schema: HostsRecord };
    await writePiece(this.#context, this.#scratch, piece, this.#whole(`(${held})`));
    for (const table of this.#tables) await this.#context.run(`DROP TABLE ${table}`);
    [this.#tables, this.#rows, this.#pieces] = [[], 0, this.#pieces + 1];
  }
}
