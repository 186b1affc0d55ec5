import { z } from 'zod';
import type { Config } from '../../config/config.ts';
import type { UnitRow, UnitsContext } from '../../core/stage.ts';
import { ControlKind, SynAck } from '../../schemas/lists.ts';
import { shareControls } from './controls.ts';
import { createScreen } from './screen.ts';

const Row = z.object({ address: z.string(), candidate: z.boolean() });
const HopRow = z.object({ address: z.string() });

/** Every address that answered, and every global one that a server announced; candidates are those with an MPTCP option and the announced. */
const addressesSql = `
  SELECT address, bool_or(candidate) AS candidate
  FROM (
    SELECT address, len(options_mptcp) > 0 AS candidate FROM scan
    UNION ALL
    SELECT address, len(options_mptcp) > 0 FROM confirm
    UNION ALL
    SELECT a.address, true FROM (SELECT unnest(announced) AS a FROM handshake) WHERE a.scope = 'global'
  )
  GROUP BY address
  ORDER BY address`;

/** The same, and every hop that a SYN of ours expired at. */
const withHopsSql = `
  SELECT DISTINCT address FROM (
    SELECT address FROM looked_up UNION ALL SELECT h.address FROM (SELECT unnest(hops) AS h FROM hops)
  ) ORDER BY address`;

/** The rows of addressesSql: five stages read them, they are gathered once in a run. */
async function* looked({ batches, shareTable }: UnitsContext<Config>): AsyncGenerator<z.infer<typeof Row>[]> {
  await shareTable('looked_up', addressesSql);
  for await (const batch of batches('SELECT * FROM looked_up')) yield batch.map((value) => Row.parse(value));
}

/** For lookups that send nothing to the address. */
export async function* allAddresses(context: UnitsContext<Config>): AsyncGenerator<UnitRow[]> {
  for await (const batch of looked(context)) yield batch.map(({ address }) => ({ row: { address }, skip: null }));
}

/** For lookups that send nothing to the address and that name those on the way too. */
export async function* allAddressesAndHops(context: UnitsContext<Config>): AsyncGenerator<UnitRow[]> {
  await context.shareTable('looked_up', addressesSql);
  for await (const batch of context.batches(withHopsSql)) {
    yield batch.map((value) => ({ row: HopRow.parse(value), skip: null }));
  }
}

function candidateUnit({ address, candidate }: z.infer<typeof Row>): UnitRow {
  return { row: { address }, skip: candidate ? null : 'not_a_candidate' };
}

/** For lookups that are asked of others about candidates. */
export async function* candidates(context: UnitsContext<Config>): AsyncGenerator<UnitRow[]> {
  for await (const batch of looked(context)) yield batch.map(candidateUnit);
}

/** For stages that send packets to candidates: opt-outs hold for announced addresses too. */
export async function* probedCandidates(context: UnitsContext<Config>): AsyncGenerator<UnitRow[]> {
  const screen = createScreen(context.config);
  for await (const batch of looked(context)) {
    yield batch.map((row) => {
      const unit = candidateUnit(row);
      return { ...unit, skip: unit.skip ?? screen.whole(row.address) };
    });
  }
}

const Control = Row.extend({ control: ControlKind.nullable(), port: z.int().nullable() });

const synackWords = SynAck.options.map((word) => `'${word}'`).join(', ');

const withControlsSql = `
  SELECT looked_up.*, control, port
  FROM looked_up LEFT JOIN (SELECT address, min(control) AS control FROM controls GROUP BY address) USING (address)
  LEFT JOIN (SELECT address, min(port) AS port FROM scan WHERE classification IN (${synackWords}) GROUP BY address) USING (address)
  ORDER BY looked_up.address`;

/** For stages that send the same to candidates and to controls. */
export async function* probedWithControls(context: UnitsContext<Config>): AsyncGenerator<UnitRow[]> {
  const screen = createScreen(context.config);
  await context.shareTable('looked_up', addressesSql);
  await shareControls(context);
  for await (const batch of context.batches(withControlsSql)) {
    yield batch.map((value) => {
      const { address, port, candidate, control } = Control.parse(value);
      const row = { address, ...(port === null ? {} : { port }), ...(control === null ? {} : { control }) };
      return { row, skip: candidate || control !== null ? screen.whole(address) : 'not_a_candidate' };
    });
  }
}
