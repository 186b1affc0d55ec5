import { z } from 'zod';
import { block } from '../../release.ts';

/** A row of the table of that name in a release. */
export const BlockAddresses = z.strictObject({
  ...block,
  synack: z.boolean().describe('they answered with a SYN/ACK'),
  capable_v1: z.boolean().describe('they are capable in v1 at a port or more'),
  confirmed: z.boolean().nullable().describe('a connection in MPTCP was made; null where none was tried'),
  capable_v0: z.boolean().describe('they are capable in v0 at a port or more'),
  addresses: z.int().describe('how many addresses of the block these fields are true of'),
});
