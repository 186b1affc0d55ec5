import { z } from 'zod';
import type { Config } from '../config/config.ts';
import type { UnitRow, UnitsContext } from '../core/stage.ts';
import { ControlKind } from '../schemas/lists.ts';
import { defineStage } from './define.ts';
import { namedAddresses, rankOfRun } from './merge/tables.ts';
import { offeredLater, shareControls } from './units/controls.ts';
import { notCandidates } from './units/not-candidates.ts';
import { createScreen } from './units/screen.ts';

const Row = z.object({
  address: z.string(),
  port: z.int(),
  host: z.string().nullable(),
  control: ControlKind.nullable(),
});

const standing = `
  endpoints LEFT JOIN controls USING (address, port) LEFT JOIN ${offeredLater} o USING (address, port)`;
const isAsked = '(candidate OR coalesce(o.offered, false) OR control IS NOT NULL)';

/** The candidates and controls, each with the name that it is asked by: the first of its address. */
const askedSql = `
  WITH asked AS MATERIALIZED (SELECT address, port, control FROM ${standing} WHERE ${isAsked}),
  names AS (
    SELECT address, min({rank: coalesce(${rankOfRun}, 2147483647), www: www, name: target}).name AS host
    FROM ${namedAddresses} SEMI JOIN asked USING (address)
    JOIN targets ON targets.target = asked
    GROUP BY address
  )
  SELECT a.address, a.port, host, control
  FROM asked a LEFT JOIN names USING (address)
  ORDER BY a.address, a.port`;

async function* units(context: UnitsContext<Config>): AsyncGenerator<UnitRow[]> {
  await shareControls(context);
  const screen = createScreen(context.config);
  yield* notCandidates(
    context,
    'min(address) AS address, min(port) AS port, NULL AS host',
    `${standing} WHERE NOT ${isAsked}`,
  );
  for await (const batch of context.batches(askedSql)) {
    yield batch.map((value) => {
      const { control, ...row } = Row.parse(value);
      return { row: control === null ? row : { ...row, control }, skip: screen.whole(row.address) };
    });
  }
}

/** A real connection to every candidate and control. A candidate is an endpoint with an option of kind 30 in a reply, be it an echo (paper, section 3, "TCP handshake"). */
export const handshake = defineStage({
  name: 'handshake',
  role: 'connector',
  reads: ['targets', 'resolve', 'scan', 'confirm'],
  enabled: () => true,
  choice: (config) => config.handshake.tool,
  units,
  sendsTo: 'address',
  unanswered: 'no_data',
});
