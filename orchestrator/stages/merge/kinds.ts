import { z } from 'zod';
import type { Config } from '../../config/config.ts';
import { sqlText } from '../../core/database/sql.ts';
import type { WholeContext } from '../../core/stage.ts';
import type { PlainReply } from '../../evidence/plain.ts';
import { plainReplyOf } from './verdicts.ts';

/** So many kinds of plain replies have a bit in what describes a host; replies of further kinds make it one that is not plain. */
const bits = 120;

const Kind = z.object({ kind: z.string() });

/** The kinds of plain replies of a run, each with its bit, as they are met: the table `kinds`. A verdict does not depend on which bit it is. */
export class Kinds {
  readonly #context: WholeContext<Config>;
  readonly #known = new Map<string, PlainReply>();
  #last: Promise<void> = Promise.resolve();

  private constructor(context: WholeContext<Config>) {
    this.#context = context;
  }

  static async create(context: WholeContext<Config>): Promise<Kinds> {
    await context.run('CREATE OR REPLACE TABLE kinds (kind VARCHAR, bit HUGEINT)');
    return new Kinds(context);
  }

  /** Gives the kinds of these replies their bits, the most frequent first. One call after the other: each sees what those before it added. */
  add(replies: string): Promise<void> {
    this.#last = this.#last.then(() => this.#add(replies));
    return this.#last;
  }

  async #add(replies: string): Promise<void> {
    const fresh: string[] = [];
    const unknown = `FROM ${replies} WHERE kind IS NOT NULL AND kind NOT IN (SELECT kind FROM kinds)`;
    const sql = `SELECT kind ${unknown} GROUP BY kind ORDER BY count(*) DESC, kind LIMIT ${bits - this.#known.size}`;
    for await (const value of this.#context.query(sql)) {
      const { kind } = Kind.parse(value);
      fresh.push(`(${sqlText(kind)}, CAST(1 AS HUGEINT) << ${this.#known.size})`);
      this.#known.set(kind, plainReplyOf(kind));
    }
    if (fresh.length > 0) await this.#context.run(`INSERT INTO kinds VALUES ${fresh.join(', ')}`);
  }

  /** In order of their bits. */
  all(): PlainReply[] {
    return [...this.#known.values()];
  }
}
