import { z } from 'zod';
import { toldCounts, treeRow } from '../../release.ts';

/** A row of the table of that name in a release. */
export const PlaceCounts = z.strictObject({
  row: treeRow('country', 'system').describe(
    'what the row covers; the rest_ rows contain what is disclosed for no single part of their group',
  ),
  country: z
    .string()
    .nullable()
    .describe('ISO country code of geolocation; ZZ where none is known; null for all countries'),
  asn: z.int().nullable().describe('origin AS; 0 where none is known; null for all of them'),
  as_name: z.string().nullable().describe('its name; null where it has none, and for all of them'),
  ...toldCounts,
});
