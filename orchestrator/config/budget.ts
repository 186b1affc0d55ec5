import { z } from 'zod';
import { CensusError } from '../errors.ts';
import type { Config } from './config.ts';
import { opinionsOf } from './sections/confirm.ts';
import { isAskedByWget } from './sections/handshake.ts';
import { givenSentinels, sentinelTries } from './sentinels.ts';

/** The most that the default configuration sends to one address; a test compares the two. */
export const defaultBudget = 36;

export const Budget = z
  .int()
  .positive()
  .nullable()
  .default(null)
  .describe(
    `maximum number of SYNs to one address over the whole run, all stages together; null: ${defaultBudget}, and no limit in a lab`,
  );

/** SYNs of one connection attempt: Linux repeats an unanswered one four times, a second apart, then after another 1, 2, 4, ... seconds. */
export function synsWithin(seconds: number): number {
  let [syns, at, wait] = [1, 1, 1];
  while (at < seconds) {
    syns += 1;
    if (syns > 5) wait *= 2;
    at += wait;
  }
  return syns;
}

/** A silent target gets all of them. */
function synsOfScan({ scan }: Config): number {
  return scan.ports.length * scan.versions.length * (1 + scan.retries);
}

/** Maximum number of SYNs to one address, by stage. A new stage that sends is one row here. */
const syns: Readonly<Record<string, (config: Config) => number>> = {
  scan: synsOfScan,
  confirm: (config) => config.scan.ports.length * opinionsOf(config).length,
  handshake: ({ scan, handshake }) => {
    const connections = scan.ports.map((port) => connectionsTo(port, handshake));
    return connections.reduce((sum, some) => sum + some, 0) * synsWithin(handshake.timeout);
  },
  // One over the whole run, no matter which servers announce it and how often.
  joins: ({ handshake }) => (handshake.join ? 1 : 0),
  path: ({ path }) => (path.ping && path.tool === 'pairs' ? path.probes : 0),
  // A host that replies gets no larger TTL; a silent one may get them all.
  hops: ({ scan, hops }) => (hops === false ? 0 : scan.versions.length * hops.ttl * hops.passes),
  rescan: (config) => (config.rescan === false ? 0 : synsOfScan(config)),
};

/** First a silent one. wget then requests the page twice, on one connection if the server keeps it open, otherwise on two. */
function connectionsTo(port: number, handshake: Config['handshake']): number {
  return (handshake.hold_first ? 1 : 0) + (isAskedByWget(port, handshake) ? 2 : 0);
}

export interface StageSyns {
  stage: string;
  syns: number;
}

/** The stages that send SYNs, and how many one address gets from each at most. */
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

/** The most that one address gets, in one line. */
export function budgetLine(config: Config): string {
  const stages = synsPerAddress(config);
  const each = stages.map(({ stage, syns: some }) => `${stage} ${some}`).join(', ');
  const budget = budgetOf(config);
  const limit = budget === null ? 'no budget in a lab' : `budget ${budget}`;
  const pings = config.path.ping ? `; ${config.path.probes} ICMP echo requests` : '';
  // Start, middle and end of a stage; a resumed stage starts over.
  const checks = `up to ${3 * sentinelTries} SYNs per stage that sends`;
  const own = givenSentinels(config).length === 0 ? '' : `; each of your sentinels gets ${checks}`;
  const nmap = config.os === false ? '' : "; nmap's own probes are not counted";
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
    `this run could send ${sum} SYNs to one address (${each}), but budget is ${budget}`,
    `send less (scan.ports, scan.retries, confirm.probes, rescan), or set budget: ${sum} if those you probe would agree`,
  );
}
