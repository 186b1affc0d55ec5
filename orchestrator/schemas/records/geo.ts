import { z } from 'zod';
import { Missing } from '../lists.ts';
import { Address } from '../values.ts';

/** Approximate location of an address out of MaxMind-format files. */
export const GeoRecord = z.strictObject({
  address: Address.describe('the address looked up'),
  country: z
    .string()
    .regex(/^[A-Z]{2}$/, 'not a code of two capital letters')
    .nullable()
    .describe('ISO 3166-1 alpha-2 code, from the country file, else the city file'),
  city: z.string().nullable().describe('English city name'),
  latitude: z.number().min(-90).max(90).nullable().describe('degrees north'),
  longitude: z.number().min(-180).max(180).nullable().describe('degrees east'),
  position_missing: Missing.nullable()
    .default(null)
    .describe(
      'why there is no position: not_measured without a city file, no_data when that has none, rejected when it is invalid; null also where a tool does not say',
    ),
  failure: Missing.nullable().describe(
    'no_data when neither file knows the address, registered_only when all they know is where it is registered',
  ),
});
export type GeoRecord = z.infer<typeof GeoRecord>;
