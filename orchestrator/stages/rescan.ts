import { Draw } from '../address/draw.ts';
import { parsePrefix } from '../address/ip.ts';
import type { Config } from '../config/config.ts';
import type { UnitRow, UnitsContext } from '../core/stage.ts';
import { defineStage } from './define.ts';
import { type ScannedTarget, scannedTargets } from './scan.ts';
import { drawnCanary } from './units/scan-canary.ts';
import { createScreen } from './units/screen.ts';

/** Rows handed on at a time. */
const together = 1000;

/** Addresses that the scan did not ask by this row: another row has them, or none. */
const notScanned: ReadonlySet<string | null> = new Set(['duplicate', 'beyond_cap']);

/** The drawn addresses of a target: itself, or those within. */
function* drawnOf(draw: Draw, { row: { target }, skip }: ScannedTarget): Generator<string> {
  if (notScanned.has(skip)) return;
  const prefix = target.includes('/') ? parsePrefix(target) : null;
  if (prefix === null) {
    if (draw.hasText(target)) yield target;
  } else if (prefix.family === 4) yield* draw.within(prefix);
}

/** A seeded share of the addresses of the scan, one row each whether they were named or lie in a prefix. */
async function* units(context: UnitsContext<Config>): AsyncGenerator<UnitRow[]> {
  const { config, seed } = context;
  if (config.rescan === false) return;
  const draw = new Draw(seed, 'rescan', config.rescan.share);
  const screen = createScreen(config);
  let rows: UnitRow[] = [];
  for await (const batch of scannedTargets(context)) {
    for (const scanned of batch) {
      for (const target of drawnOf(draw, scanned)) {
        rows.push({ row: { target }, skip: screen.whole(target) });
        if (rows.length < together) continue;
        yield rows;
        rows = [];
      }
    }
  }
  yield rows;
}

/**
 * The scan once more, over a seeded share of its addresses: the same prober, the same questions, the same retries. How far both agree is how
 * far two runs would if nothing had changed but what changes within hours.
 */
export const rescan = defineStage({
  name: 'rescan',
  role: 'syn_prober',
  reads: ['targets', 'resolve', 'scan'],
  // Late, so that hours may lie between; and all of these send at the whole rate.
  after: ['confirm', 'handshake', 'path', 'hops'],
  enabled: ({ rescan }) => rescan !== false,
  choice: ({ scan }) => scan.tool,
  units,
  sendsTo: 'target',
  canary: drawnCanary,
  unanswered: 'timeout',
  viewsAsked: true,
});
