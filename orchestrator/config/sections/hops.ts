import { z } from 'zod';
import { toolChoice } from '../tool-choice.ts';

const Hops = z.strictObject({
  tool: toolChoice(['sweep', 'traceroute']),
  sample: z
    .int()
    .positive()
    .max(100_000)
    .default(1000)
    .describe('maximum number of endpoints of each kind: echoed, inconsistent, fell back, capable, no option, unknown'),
  ttl: z.int().min(2).max(63).default(24).describe('largest TTL'),
  passes: z.int().min(1).max(4).default(2).describe('how many times a TTL without an answer is probed'),
});

/**
 * Off by default: it sends a host more SYNs than all other stages together, and probes routers that are on no target list. It answers a
 * separate question, and can be added to a finished run.
 */
export const HopsChoice = z
  .union([z.literal(false), Hops, z.literal(true).transform(() => Hops.parse({}))])
  .default(false)
  .describe(
    'for a sample, find the hop that changes the option, with SYNs and echo requests of increasing TTL; off by default',
  );
