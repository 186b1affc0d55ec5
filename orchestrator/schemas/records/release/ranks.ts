import { z } from 'zod';

/** A row of the table of that name in a release. */
export const RankCounts = z.strictObject({
  rank_from: z.int().describe('first rank of the bin, in the first list of the run'),
  rank_to: z.int().describe('last rank of the bin'),
  answered: z.int().describe('entries of the list with an address that answered'),
  capable: z.int().describe('of these, entries with a capable address'),
});
export type RankCounts = z.infer<typeof RankCounts>;
