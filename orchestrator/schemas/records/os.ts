import { z } from 'zod';
import { Missing } from '../lists.ts';
import { Address } from '../values.ts';

/** Operating systems that a fingerprint may belong to: guesses, often of the box in between (paper, section 4.3). */
export const OsRecord = z.strictObject({
  address: Address.describe('the address fingerprinted'),
  candidates: z
    .array(
      z.strictObject({
        name: z.string().describe('operating system name as printed'),
        accuracy: z.int().min(0).max(100).describe('accuracy as printed, percent'),
        family: z.string().nullable().describe('operating system family of the first class'),
        vendor: z.string().nullable().describe('vendor of the first class'),
      }),
    )
    .describe('candidates in the order printed'),
  failure: Missing.nullable().describe('null when there is a candidate; timeout when the host exceeded its time limit'),
});
export type OsRecord = z.infer<typeof OsRecord>;
