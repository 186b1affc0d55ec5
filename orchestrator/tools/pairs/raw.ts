import { z } from 'zod';
import { ControlKind } from '../../schemas/lists.ts';
import { Address } from '../../schemas/values.ts';

/** The rounds of one address, put together of what mptcp-sweep printed (tools/sweep/raw.ts). */
export const PairsRaw = z.looseObject({
  address: Address.describe('the address'),
  control: ControlKind.optional().describe('drawn as one, of this kind'),
  rounds: z.array(
    z.strictObject({
      syn: z.number().nullable().describe('microseconds to the SYN/ACK or RST; null: none came'),
      ping: z.number().nullable().describe('microseconds to the echo reply; null: none came'),
    }),
  ),
});
export type PairsRaw = z.infer<typeof PairsRaw>;
