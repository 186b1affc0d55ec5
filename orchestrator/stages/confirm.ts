import { z } from 'zod';
import type { Config } from '../config/config.ts';
import { confirmingOf } from '../config/sections/confirm.ts';
import type { UnitRow, UnitsContext } from '../core/stage.ts';
import { ControlKind } from '../schemas/lists.ts';
import { defineStage } from './define.ts';
import { shareControls } from './units/controls.ts';
import { notCandidates } from './units/not-candidates.ts';
import { confirmCanary } from './units/scan-canary.ts';
import { createScreen } from './units/screen.ts';

const Row = z.object({ address: z.string(), port: z.int(), control: ControlKind.nullable() });

const standing = 'endpoints LEFT JOIN controls USING (address, port)';
const isAsked = "(kind IS NOT DISTINCT FROM 'candidate' OR control IS NOT NULL)";

/** Endpoints that returned nothing but our own option are asked as controls: one echo speaks against all that they could say. */
async function* units(context: UnitsContext<Config>): AsyncGenerator<UnitRow[]> {
  const screen = createScreen(context.config);
  await shareControls(context);
  yield* notCandidates(context, 'min(address) AS address, min(port) AS port', `${standing} WHERE NOT ${isAsked}`);
  const rows = context.batches(
    `SELECT address, port, control FROM ${standing} WHERE ${isAsked} ORDER BY address, port`,
  );
  for await (const batch of rows) {
    yield batch.map((value) => {
      const { control, ...row } = Row.parse(value);
      return { row: control === null ? row : { ...row, control }, skip: screen.whole(row.address) };
    });
  }
}

/** Second opinions on candidates and controls: other SYNs, each seconds after the one before, that a mirror answers otherwise than a server. */
export const confirm = defineStage({
  name: 'confirm',
  role: 'second_prober',
  reads: ['scan'],
  enabled: (config) => confirmingOf(config) !== null,
  choice: (config) => confirmingOf(config)?.tool ?? '',
  units,
  sendsTo: 'address',
  canary: confirmCanary,
  unanswered: 'timeout',
});
