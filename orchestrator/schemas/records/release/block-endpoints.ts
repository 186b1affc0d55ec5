import { z } from 'zod';
import { Rung, VerdictName } from '../../lists.ts';
import { block } from '../../release.ts';

/** A row of the table of that name in a release. */
export const BlockEndpoints = z.strictObject({
  ...block,
  port: z.int().describe('TCP port'),
  verdict_v1: VerdictName.nullable().describe('claim for v1; null where it was not asked'),
  rung_v1: Rung.nullable().describe('how far the evidence for the claim for v1 goes'),
  verdict_v0: VerdictName.nullable().describe('claim for v0; null where it was not asked'),
  rung_v0: Rung.nullable().describe('how far the evidence for the claim for v0 goes'),
  endpoints: z.int().describe('number of addresses in the block with these properties'),
});
