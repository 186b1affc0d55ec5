import { z } from 'zod';
import { capableCounts } from '../../release.ts';

/** A row of the table of that name in a release. */
export const SystemCounts = z.strictObject({
  asn: z.int().nullable().describe('origin AS; null where none is known, and in a row that combines several'),
  as_name: z.string().nullable().describe('its name; or, in parentheses, what the row combines'),
  ...capableCounts,
});
