import type { Config } from '../../config/config.ts';
import { confirmingOf } from '../../config/sections/confirm.ts';
import type { WholeContext } from '../../core/stage.ts';
import { controlsSql } from '../units/controls.ts';

/**
 * The controls of a run, drawn again as its stages had them (units/controls.ts): the table `drawn`. The first of a range, and then the first
 * of those, are the first of all.
 */
export class Drawn {
  readonly #context: WholeContext<Config>;

  private constructor(context: WholeContext<Config>) {
    this.#context = context;
  }

  static async create(context: WholeContext<Config>): Promise<Drawn> {
    await context.run('CREATE OR REPLACE TABLE drawn (address VARCHAR, port BIGINT, control VARCHAR)');
    return new Drawn(context);
  }

  /** @param endpoints SQL of all endpoints of a range, with what they are */
  async add(endpoints: string): Promise<void> {
    const { config, manifest, run } = this.#context;
    if (confirmingOf(config) === null) return;
    const controls = controlsSql('answering', config, manifest.seed);
    await run(`INSERT INTO drawn WITH answering AS MATERIALIZED (FROM ${endpoints}) ${controls}`);
  }

  async end(): Promise<void> {
    const { config, manifest, run } = this.#context;
    const all = '(SELECT address, port, control AS kind FROM drawn)';
    await run(`CREATE OR REPLACE TABLE drawn AS ${controlsSql(all, config, manifest.seed)}`);
  }
}
