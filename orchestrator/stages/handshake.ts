import { z } from 'zod';
import type { Config } from '../config/config.ts';
import type { UnitRow, UnitsContext } from '../core/stage.ts';
import { ControlKind } from '../schemas/lists.ts';
import { defineStage } from './define.ts';
import { namedAddresses, rankOfRun } from './merge/tables.ts';
import { offeredLater, shareControls } from './units/controls.ts';
import { createScreen } from './units/screen.ts';

const Row = z.object({ address: z.string(), port: z.int(), host: z.string().nullable() });
const Standing = z.object({ candidate: z.boolean(), control: ControlKind.nullable() });

async function* units(context: UnitsContext<Config>): AsyncGenerator<UnitRow[]> {
  const { config, batches } = context;
  await shareControls(context);
  const screen = createScreen(config);
  const rows = batches(`
    WITH names AS (
      SELECT address, min({rank: coalesce(${rankOfRun}, 2147483647), www: www, name: target}).name AS host
      FROM ${namedAddresses}
      JOIN targets ON targets.target = asked
      GROUP BY address
    )
    SELECT e.address, e.port, host, candidate OR coalesce(o.offered, false) AS candidate, control
    FROM endpoints e LEFT JOIN names USING (address) LEFT JOIN controls USING (address, port) LEFT JOIN ${offeredLater} o USING (address, port)
    ORDER BY e.address, e.port`);
  for await (const batch of rows) {
    yield batch.map((value) => {
      const { candidate, control } = Standing.parse(value);
      const row = { ...Row.parse(value), ...(control === null ? {} : { control }) };
      return { row, skip: candidate || control !== null ? screen.whole(row.address) : 'not_a_candidate' };
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
