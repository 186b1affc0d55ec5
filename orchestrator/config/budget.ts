import { z } from 'zod';
import { CensusError } from '../errors.ts';
import type { Config } from './config.ts';
import { opinionsOf } from './sections/confirm.ts';
import { isAskedByWget } from './sections/handshake.ts';
import { givenSentinels, sentinelTries } from './sentinels.ts';

/** What the default configuration sends at most: a test holds both together. */
export const defaultBudget = 36;

export const Budget = z
  .int()
  .positive()
  .nullable()
  .default(null)
  .describe(
    `SYNs that one address may be sent over the whole run, all stages together; null: ${defaultBudget}, and no limit in a lab`,
  );

/** SYNs of one connection attempt: Linux repeats an unanswered one after a second four times, then after 1, 2, 4, ... seconds more. */
export function synsWithin(seconds: number): number {
  let [syns, at, wait] = [1, 1, 1];
  while (at < seconds) {
    syns += 1;
    if (syns > 5) wait *= 2;
    at += wait;
  }
  return syns;
}

/** Whoever stays silent gets all of them. */
function synsOfScan({ scan }: Config): number {
  return scan.ports.length * scan.versions.length * (1 + scan.retries);
}

/** SYNs to one address at most, by the stage that sends them. What a new stage sends is one row here. */
const syns: Readonly<Record<string, (config: Config) => number>> = {
  scan: synsOfScan,
  confirm: (config) => config.scan.ports.length * opinionsOf(config).length,
  handshake: ({ scan, handshake }) => {
    const connections = scan.ports.map((port) => connectionsTo(port, handshake));
    return connections.reduce((sum, some) => sum + some, 0) * synsWithin(handshake.timeout);
  },
  // Whoever announced it, and however often.
  joins: ({ handshake }) => (handshake.join ? 1 : 0),
  path: ({ path }) => (path.ping && path.tool === 'pairs' ? path.probes : 0),
  // Whoever answers gets no larger TTL; whoever is silent may get them all.
  hops: ({ scan, hops }) => (hops === false ? 0 : scan.versions.length * hops.ttl * hops.passes),
  rescan: (config) => (config.rescan === false ? 0 : synsOfScan(config)),
};

/** One that is silent first; the page is asked for twice, over one connection where the server keeps it: else a second one is opened. */
function connectionsTo(port: number, handshake: Config['handshake']): number {
  return (handshake.hold_first ? 1 : 0) + (isAskedByWget(port, handshake) ? 2 : 0);
}

export interface StageSyns {
  stage: string;
  syns: number;
}

/** Stages that send SYNs, with how many one address gets of each at most. */
export function synsPerAddress(config: Config): StageSyns[] {
  return Object.entries(syns).flatMap(([stage, of]) => (of(config) > 0 ? [{ stage, syns: of(config) }] : []));
}

export function sumOf(stages: readonly StageSyns[]): number {
  return stages.reduce((sum, { syns: some }) => sum + some, 0);
}

/** null: no limit. */
export function budgetOf({ budget, lab }: Config): number | null {
  return budget ?? (lab ? null : defaultBudget);
}

/** What one address gets at most, in a line. */
export function budgetLine(config: Config): string {
  const stages = synsPerAddress(config);
  const each = stages.map(({ stage, syns: some }) => `${stage} ${some}`).join(', ');
  const budget = budgetOf(config);
  const limit = budget === null ? 'no budget in a lab' : `budget ${budget}`;
  const pings = config.path.ping ? `; ${config.path.probes} ICMP echo requests` : '';
  // Start, middle and end of a stage; a stage that goes on begins again.
  const checks = `${3 * sentinelTries} SYNs at most while a stage sends`;
  const own = givenSentinels(config).length === 0 ? '' : `; each sentinel, which is yours, gets ${checks}`;
  const nmap = config.os === false ? '' : '; and the probes of nmap, which are not counted';
  return `To one address at most ${sumOf(stages)} SYNs over the whole run (${each}; ${limit})${pings}${nmap}${own}`;
}

/** @throws CensusError E_REFUSED when one address could get more than the budget */
export function requireBudget(config: Config): void {
  const stages = synsPerAddress(config);
  const [sum, budget] = [sumOf(stages), budgetOf(config)];
  if (budget === null || sum <= budget) return;
  const each = stages.map(({ stage, syns: some }) => `${stage} ${some}`).join(', ');
  throw new CensusError(
    'E_REFUSED',
    `this run could send ${sum} SYNs to one address (${each}), and budget is ${budget}`,
    `send less (scan.ports, scan.retries, confirm.probes, rescan), or set budget: ${sum} if those you probe would agree`,
  );
}
