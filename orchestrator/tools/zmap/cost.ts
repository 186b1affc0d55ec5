import type { Config } from '../../config/config.ts';
import { confirmingOf, opinionsOf } from '../../config/sections/confirm.ts';
import { type Asked, addCosts, type Cost, noCost } from '../../core/cost/cost.ts';
import { exactly, unknown } from '../../core/cost/range.ts';
import { cooldownSeconds, defaultRate } from './command.ts';

/** Ethernet, IP and TCP headers, and the options of every SYN: MSS, SACK permitted, timestamps, window scale and a NOP. */
const headers = { 4: 14 + 20 + 20 + 20, 6: 14 + 40 + 20 + 20 };
/** MP_CAPABLE in a SYN: v0 has its key in it, v1 has none. */
const option = { 0: 12, 1: 4 };
/** The longest option area that any second opinion adds. */
const mostOption = 16;

/** How often who stays silent is asked again; none where the configuration has no such key. */
export function retriesOf({ scan }: Config): number {
  const retries: unknown = new Map<string, unknown>(Object.entries(scan)).get('retries');
  return typeof retries === 'number' ? retries : 0;
}

/** One zmap per family, port and version. A second pass asks the silent alone: it may be empty, or as large as the first. */
export function scanCost(asked: Asked, config: Config): Cost {
  const { ports, versions } = config.scan;
  const passes = 1 + retriesOf(config);
  let cost = noCost;
  for (const family of [4, 6] as const) {
    const targets = asked[family];
    if (targets === 0) continue;
    for (const version of ports.flatMap(() => versions)) {
      const seconds = targets / (config.scan.rate ?? defaultRate) + cooldownSeconds(config);
      const bytes = targets * (headers[family] + option[version]);
      cost = addCosts(cost, {
        packets: { least: targets, most: targets * passes },
        bytes: { least: bytes, most: bytes * passes },
        seconds: { least: seconds, most: seconds * passes },
      });
    }
  }
  return cost;
}

/** One zmap per opinion, port and family, some time apart; the last one waits for late answers. */
export function opinionsCost(asked: Asked, config: Config): Cost {
  const questions = opinionsOf(config).length;
  const endpoints = asked[4] + asked[6];
  if (endpoints === 0) return noCost;
  const apart = confirmingOf(config)?.apart ?? 0;
  const packets = endpoints * questions;
  const bytes = questions * (asked[4] * headers[4] + asked[6] * headers[6]);
  const sending = packets / (config.scan.rate ?? defaultRate) + cooldownSeconds(config);
  const runs = questions * config.scan.ports.length * 2;
  return {
    packets: exactly(packets),
    bytes: { least: bytes, most: bytes + packets * mostOption },
    seconds: { least: sending + (questions - 1) * apart, most: sending + runs * Math.max(apart, 2) },
  };
}

/** Echo requests, to IPv4 addresses alone. */
export function echoCost(asked: Asked, config: Config): Cost {
  const packets = asked[4] * config.path.probes;
  if (packets === 0) return noCost;
  const seconds = packets / (config.scan.rate ?? defaultRate) + cooldownSeconds(config);
  return { packets: exactly(packets), bytes: unknown, seconds: exactly(seconds) };
}
