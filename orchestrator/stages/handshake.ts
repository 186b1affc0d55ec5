import { z } from 'zod';
import type { Config } from '../config/config.ts';
import type { UnitRow, UnitsContext } from '../core/stage.ts';
import { defineStage } from './define.ts';
import { namedAddresses, rankOfRun } from './merge/tables.ts';
import { createScreen } from './units/screen.ts';

const Row = z.object({ address: z.string(), port: z.int(), host: z.string().nullable(), candidate: z.boolean() });

async function* units({ config, batches }: UnitsContext<Config>): AsyncGenerator<UnitRow[]> {
  const screen = createScreen(config);
  const rows = batches(`
    WITH names AS (
      SELECT address, min({rank: coalesce(${rankOfRun}, 2147483647), www: www, name: target}).name AS host
      FROM ${namedAddresses}
      JOIN targets ON targets.target = asked
      GROUP BY address
    ), answered AS (
      SELECT address, port, bool_or(len(options_mptcp) > 0) AS candidate
      FROM scan GROUP BY address, port
    )
    SELECT answered.address, port, host, candidate
    FROM answered LEFT JOIN names USING (address)
    ORDER BY answered.address, port`);
  for await (const batch of rows) {
    yield batch.map((value) => {
      const { candidate, ...row } = Row.parse(value);
      return { row, skip: candidate ? screen.whole(row.address) : 'not_a_candidate' };
    });
  }
}

/** A real connection to every candidate, an endpoint with an option of kind 30 in a reply, be it an echo (paper, section 3, "TCP handshake"). */
export const handshake = defineStage({
  name: 'handshake',
  role: 'connector',
  reads: ['targets', 'resolve', 'scan'],
  enabled: () => true,
  choice: (config) => config.handshake.tool,
  units,
  sendsTo: 'address',
  unanswered: 'no_data',
});
