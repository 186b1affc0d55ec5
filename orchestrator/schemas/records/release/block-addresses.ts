import { z } from 'zod';
import { block } from '../../release.ts';

/** A row of the table of that name in a release. */
export const BlockAddresses = z.strictObject({
  ...block,
  synack: z.boolean().describe('whether they answered with a SYN/ACK'),
  capable_v1: z.boolean().describe('whether they are capable in v1 at any port'),
  confirmed: z.boolean().nullable().describe('a connection in MPTCP was made; null where none was tried'),
  capable_v0: z.boolean().describe('whether they are capable in v0 at any port'),
  addresses: z.int().describe('number of addresses in the block with these properties'),
});
