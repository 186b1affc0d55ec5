import { z } from 'zod';
import type { Config } from '../../config/config.ts';
import type { UnitRow, UnitsContext } from '../../core/stage.ts';
import { ControlKind, SynAck } from '../../schemas/lists.ts';
import { shareByRange } from './by-range.ts';
import { shareControls } from './controls.ts';
import { notCandidates } from './not-candidates.ts';
import { createScreen } from './screen.ts';

const Row = z.object({ address: z.string() });

/** Every reply, and every global address that a server announced; candidates are those with an MPTCP option and the announced. */
const saidSql = `
  SELECT address, len(options_mptcp) > 0 AS candidate FROM scan
  UNION ALL
  SELECT address, len(options_mptcp) > 0 FROM confirm
  UNION ALL
  SELECT a.address, true FROM (SELECT unnest(announced) AS a FROM handshake) WHERE a.scope = 'global'`;

/** Makes `looked_up` (address, candidate), in order, once in a run. Needs `scan`, `confirm` and `handshake`. */
async function shareAddresses(context: UnitsContext<Config>): Promise<void> {
  await shareByRange(
    context,
    'looked_up',
    saidSql,
    (said) => `SELECT address, bool_or(candidate) AS candidate FROM ${said} GROUP BY address ORDER BY address`,
  );
}

/** The same addresses, and every hop that a SYN of ours expired at. */
const withHopsSql = `
  SELECT address FROM looked_up UNION ALL SELECT h.address FROM (SELECT unnest(hops) AS h FROM hops)`;

/** For lookups that send nothing to the address. */
export async function* allAddresses(context: UnitsContext<Config>): AsyncGenerator<UnitRow[]> {
  await shareAddresses(context);
  for await (const batch of context.batches('SELECT address FROM looked_up'))
    yield batch.map((value) => ({ row: Row.parse(value), skip: null }));
}

/** For lookups that send nothing to the address and that name those on the way too. */
export async function* allAddressesAndHops(context: UnitsContext<Config>): AsyncGenerator<UnitRow[]> {
  await shareAddresses(context);
  await shareByRange(
    context,
    'looked_up_and_hops',
    withHopsSql,
    (rows) => `SELECT DISTINCT address FROM ${rows} ORDER BY address`,
  );
  for await (const batch of context.batches('SELECT address FROM looked_up_and_hops'))
    yield batch.map((value) => ({ row: Row.parse(value), skip: null }));
}

/** For lookups at external services, which are about candidates only. */
export async function* candidates(context: UnitsContext<Config>): AsyncGenerator<UnitRow[]> {
  await shareAddresses(context);
  yield* notCandidates(context, 'min(address) AS address', 'looked_up WHERE NOT candidate');
  for await (const batch of context.batches('SELECT address FROM looked_up WHERE candidate'))
    yield batch.map((value) => ({ row: Row.parse(value), skip: null }));
}

/** For stages that send packets to candidates: opt-outs hold for announced addresses too. */
export async function* probedCandidates(context: UnitsContext<Config>): AsyncGenerator<UnitRow[]> {
  const screen = createScreen(context.config);
  for await (const batch of candidates(context)) {
    yield batch.map((unit) => ({ ...unit, skip: unit.skip ?? screen.whole(Row.parse(unit.row).address) }));
  }
}

const Control = Row.extend({ control: ControlKind.nullable(), port: z.int().nullable() });

const synackWords = SynAck.options.map((word) => `'${word}'`).join(', ');

const withControls =
  'looked_up LEFT JOIN (SELECT address, min(control) AS control FROM controls GROUP BY address) USING (address)';
const isAsked = '(candidate OR control IS NOT NULL)';

const withControlsSql = `
  WITH asked AS MATERIALIZED (SELECT address, control FROM ${withControls} WHERE ${isAsked})
  SELECT asked.address, control, port
  FROM asked LEFT JOIN (
    SELECT address, min(port) AS port FROM scan SEMI JOIN asked USING (address)
    WHERE classification IN (${synackWords}) GROUP BY address
  ) USING (address)
  ORDER BY asked.address`;

/** For stages that send the same to candidates and to controls. */
export async function* probedWithControls(context: UnitsContext<Config>): AsyncGenerator<UnitRow[]> {
  const screen = createScreen(context.config);
  await shareAddresses(context);
  await shareControls(context);
  yield* notCandidates(context, 'min(address) AS address', `${withControls} WHERE NOT ${isAsked}`);
  for await (const batch of context.batches(withControlsSql)) {
    yield batch.map((value) => {
      const { address, port, control } = Control.parse(value);
      const row = { address, ...(port === null ? {} : { port }), ...(control === null ? {} : { control }) };
      return { row, skip: screen.whole(address) };
    });
  }
}
