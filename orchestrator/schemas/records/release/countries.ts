import { z } from 'zod';
import { capableCounts } from '../../release.ts';

/** A row of the table of that name in a release. */
export const CountryCounts = z.strictObject({
  country: z.string().describe('ISO country code of geolocation; or, in parentheses, what the row combines'),
  ...capableCounts,
});
