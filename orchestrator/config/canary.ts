import { z } from 'zod';

const share = () => z.number().min(0).max(1);

/** How much of a scan is sent first and alone, and what of its result ends the run. All are shares. */
export const Canary = z.strictObject({
  share: z.number().positive().max(0.5).default(0.01).describe('share of the addresses that is probed first and alone'),
  most_lost: share().default(0.01).describe('maximum share of packets lost on this machine, each way'),
  most_prohibited: share()
    .default(0.05)
    .describe('maximum share of units for which ICMP says that probes are prohibited'),
  least_answered: share().default(0.001).describe('minimum share of units that reply'),
});
export type Canary = z.infer<typeof Canary>;

export const CanaryChoice = z
  .union([z.literal(false), Canary])
  .nullable()
  .default(null)
  .describe('addresses probed first and alone, which may end the run; null: 1 % outside the lab; false: none');
