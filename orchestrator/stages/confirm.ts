import { z } from 'zod';
import type { Config } from '../config/config.ts';
import { confirmingOf } from '../config/sections/confirm.ts';
import type { UnitRow, UnitsContext } from '../core/stage.ts';
import { ControlKind } from '../schemas/lists.ts';
import { defineStage } from './define.ts';
import { shareControls } from './units/controls.ts';
import { confirmCanary } from './units/scan-canary.ts';
import { createScreen } from './units/screen.ts';

const Row = z.object({ address: z.string(), port: z.int() });
const Standing = z.object({ kind: z.string().nullable(), control: ControlKind.nullable() });

/** Endpoints that returned nothing but our own option are asked as controls: one echo speaks against all that they could say. */
async function* units(context: UnitsContext<Config>): AsyncGenerator<UnitRow[]> {
  const screen = createScreen(context.config);
  await shareControls(context);
  const rows = context.batches(`
    SELECT e.address, e.port, kind, control FROM endpoints e LEFT JOIN controls USING (address, port)
    ORDER BY e.address, e.port`);
  for await (const batch of rows) {
    yield batch.map((value) => {
      const { kind, control } = Standing.parse(value);
      const row = { ...Row.parse(value), ...(control === null ? {} : { control }) };
      return { row, skip: kind === 'candidate' || control !== null ? screen.whole(row.address) : 'not_a_candidate' };
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
