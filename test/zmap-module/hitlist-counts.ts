import { z } from 'zod';

/** What mptcp-hitlist says it did with the lines of a list. */
export const HitlistCounts = z.strictObject({
  lines: z.number(),
  empty: z.number(),
  bad: z.number(),
  duplicate: z.number(),
  opted_out: z.number(),
  special: z.number(),
  kept: z.number(),
});
export type HitlistCounts = z.infer<typeof HitlistCounts>;
