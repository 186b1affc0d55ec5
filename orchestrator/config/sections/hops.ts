import { z } from 'zod';
import { toolChoice } from '../tool-choice.ts';

const Hops = z.strictObject({
  tool: toolChoice(['sweep', 'traceroute']),
  sample: z
    .int()
    .positive()
    .max(100_000)
    .default(1000)
    .describe(
      'endpoints of each kind at most: echoes, inconsistent, fallen back, capable, without the option, unknown',
    ),
  ttl: z.int().min(2).max(63).default(24).describe('largest TTL that is asked'),
  passes: z.int().min(1).max(4).default(2).describe('how often a TTL is asked that nothing answers'),
});

/**
 * Off by default: a host is sent a few SYNs more than by all other stages together, and routers are asked whose owners are in no list. It
 * answers a question of its own, and a run can be given it later.
 */
export const HopsChoice = z
  .union([z.literal(false), Hops, z.literal(true).transform(() => Hops.parse({}))])
  .default(false)
  .describe(
    'which hop on the way changes the option, over a sample: SYNs and echo requests of growing TTL; off by default',
  );
