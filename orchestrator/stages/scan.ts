import { z } from 'zod';
import { formatPrefix, parsePrefix } from '../address/ip.ts';
import type { Config } from '../config/config.ts';
import type { UnitRow, UnitsContext } from '../core/stage.ts';
import { CensusError } from '../errors.ts';
import type { ScanTarget } from '../roles.ts';
import { defineStage } from './define.ts';
import { scanCanary } from './units/scan-canary.ts';
import { createScreen } from './units/screen.ts';

const Row = z.object({ target: z.string(), mentions: z.int(), beyond: z.boolean().default(false) });

/** true when a prefix of the list holds this target: it is probed there already. */
function coveredBy(prefixes: Set<string>, target: string): boolean {
  if (prefixes.size === 0) return false;
  const own = parsePrefix(target);
  if (own === null) return false;
  const address = target.split('/')[0] ?? '';
  for (let length = own.length - 1; length >= 0; length -= 1) {
    const wider = parsePrefix(`${address}/${length}`);
    if (wider !== null && prefixes.has(formatPrefix(wider))) return true;
  }
  return false;
}

export interface ScannedTarget extends UnitRow {
  row: ScanTarget;
}

/** A download that failed quietly, or the wrong file, must not end in a report of zeros. */
async function requireTargets(batches: UnitsContext<Config>['batches']): Promise<void> {
  for await (const [value] of batches('SELECT count(*) AS targets FROM targets')) {
    if (z.object({ targets: z.int() }).parse(value).targets > 0) return;
  }
  const hint = 'check targets in the configuration; rejects/targets.ndjson says what was wrong with each line';
  throw new CensusError('E_INPUT', 'the target list holds no target', hint);
}

/** Who is scanned: each address and prefix of the lists, or why it is not. */
export async function* scannedTargets({ config, batches }: UnitsContext<Config>): AsyncGenerator<ScannedTarget[]> {
  await requireTargets(batches);
  const screen = createScreen(config);
  const prefixes = new Set<string>();
  for await (const batch of batches(`SELECT DISTINCT target, 1 AS mentions FROM targets WHERE kind = 'prefix'`)) {
    for (const value of batch) prefixes.add(Row.parse(value).target);
  }
  const most = config.scan.addresses_per_name;
  const rows = batches(`
    SELECT target, count(*) AS mentions, bool_and(beyond) AS beyond
    FROM (
      SELECT unnest(addresses) AS target, unnest(range(len(addresses))) >= ${most} AS beyond FROM resolve
      UNION ALL
      SELECT target, false FROM targets WHERE kind <> 'name'
    )
    GROUP BY target
    ORDER BY target`);
  for await (const batch of rows) {
    yield batch.map((value) => {
      const { target, mentions, beyond } = Row.parse(value);
      const skip = coveredBy(prefixes, target) ? 'duplicate' : (screen.whole(target) ?? (beyond ? 'beyond_cap' : null));
      return { row: { target }, skip, duplicates: mentions - 1 };
    });
  }
}

/** Addresses into replies to MP_CAPABLE SYNs, every version asked on its own (paper, section 3, "MPTCP port scan"). */
export const scan = defineStage({
  name: 'scan',
  role: 'syn_prober',
  reads: ['targets', 'resolve'],
  enabled: () => true,
  choice: (config) => config.scan.tool,
  units: scannedTargets,
  sendsTo: 'target',
  canary: scanCanary,
  unanswered: 'timeout',
});
