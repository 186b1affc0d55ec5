import type { Config } from '../config/config.ts';
import { opinionsOf } from '../config/sections/confirm.ts';
import type { Asked } from '../core/cost/cost.ts';
import type { StagePlan } from './plan.ts';

function planned(before: readonly StagePlan[], stage: string): StagePlan | null {
  return before.find((plan) => plan.stage === stage) ?? null;
}

/** Names are asked for each family on its own, and of an answer the first addresses alone are probed. */
function scanMost({ scan, resolve }: Config, before: readonly StagePlan[]): Asked | null {
  const questions = planned(before, 'resolve')?.all.units.most ?? null;
  if (questions === null) return null;
  const each = (questions / resolve.families.length) * scan.addresses_per_name;
  const addresses = (family: 4 | 6) => (resolve.families.includes(family) ? each : 0);
  const all = { 4: addresses(4), 6: addresses(6) };
  return { ...all, units: (all[4] + all[6]) * scan.ports.length * scan.versions.length };
}

/** Every address and port that is scanned may turn out to be a candidate. */
function candidatesMost({ scan }: Config, before: readonly StagePlan[]): Asked | null {
  const units = planned(before, 'scan')?.all.units.most ?? null;
  if (units === null) return null;
  const endpoints = units / scan.versions.length;
  return { units: endpoints, 4: endpoints / scan.ports.length, 6: 0 };
}

/** So many deviations above what is due, a draw lies once in 30,000 runs. */
const deviations = 4;

/** The share of the scan's addresses that is drawn, with all that is asked of each. */
function rescanMost({ rescan, scan }: Config, before: readonly StagePlan[]): Asked | null {
  const addresses = planned(before, 'scan')?.all.addresses.most ?? null;
  if (addresses === null || rescan === false) return null;
  const { share } = rescan;
  const due = addresses * share + deviations * Math.sqrt(addresses * share * (1 - share));
  const most = Math.min(addresses, Math.ceil(due));
  return { units: most * scan.ports.length * scan.versions.length, 4: most, 6: 0 };
}

const bounds: Readonly<Record<string, (config: Config, before: readonly StagePlan[]) => Asked | null>> = {
  scan: scanMost,
  confirm: (config, before) => {
    const most = candidatesMost(config, before);
    return most === null ? null : { ...most, units: most.units * opinionsOf(config).length };
  },
  handshake: candidatesMost,
  rescan: rescanMost,
};

/**
 * Units that a stage asks at most, however the stages before it turn out; null where nothing bounds them. Servers announce addresses, which
 * are candidates of path and os: how many, nobody knows before.
 */
export function mostUnits(stage: string, config: Config, before: readonly StagePlan[]): Asked | null {
  return bounds[stage]?.(config, before) ?? null;
}
