import { z } from 'zod';

const share = () => z.number().min(0).max(1);

/** How much of a scan is sent first and alone, and what of it ends the run. All are shares. */
export const Canary = z.strictObject({
  share: z.number().positive().max(0.5).default(0.01).describe('of the addresses that are probed first and alone'),
  most_lost: share().default(0.01).describe('of the packets that may be lost on this machine, each way'),
  most_prohibited: share().default(0.05).describe('of the units of which ICMP may say that probes are prohibited'),
  least_answered: share().default(0.001).describe('of the units that must answer'),
});
export type Canary = z.infer<typeof Canary>;

export const CanaryChoice = z
  .union([z.literal(false), Canary])
  .nullable()
  .default(null)
  .describe('addresses probed first and alone; null: 1 % outside the lab; false: none');
