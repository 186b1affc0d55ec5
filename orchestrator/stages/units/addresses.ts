import { z } from 'zod';
import type { Config } from '../../config/config.ts';
import type { UnitRow, UnitsContext } from '../../core/stage.ts';
import { createScreen } from './screen.ts';

const Row = z.object({ address: z.string(), candidate: z.boolean() });

/** Every address that answered, and every global one that a server announced; candidates are those with an MPTCP option and the announced. */
const addressesSql = `
  SELECT address, bool_or(candidate) AS candidate
  FROM (
    SELECT address, len(options_mptcp) > 0 AS candidate FROM scan
    UNION ALL
    SELECT a.address, true FROM (SELECT unnest(announced) AS a FROM handshake) WHERE a.scope = 'global'
  )
  GROUP BY address
  ORDER BY address`;

/** The rows of addressesSql: five stages read them, they are gathered once in a run. */
async function* looked({ query, shareTable }: UnitsContext<Config>): AsyncGenerator<unknown> {
  await shareTable('looked_up', addressesSql);
  yield* query('SELECT * FROM looked_up');
}

/** For lookups that send nothing to the address. */
export async function* allAddresses(context: UnitsContext<Config>): AsyncGenerator<UnitRow> {
  for await (const value of looked(context)) yield { row: { address: Row.parse(value).address }, skip: null };
}

/** For lookups that are asked of others about candidates. */
export async function* candidates(context: UnitsContext<Config>): AsyncGenerator<UnitRow> {
  for await (const value of looked(context)) {
    const { address, candidate } = Row.parse(value);
    yield { row: { address }, skip: candidate ? null : 'not_a_candidate' };
  }
}

/** For stages that send packets to candidates: opt-outs hold for announced addresses too. */
export async function* probedCandidates(context: UnitsContext<Config>): AsyncGenerator<UnitRow> {
  const screen = createScreen(context.config);
  for await (const unit of candidates(context)) {
    const { address } = z.object({ address: z.string() }).parse(unit.row);
    yield { ...unit, skip: unit.skip ?? screen.whole(address) };
  }
}
