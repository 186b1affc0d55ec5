import { z } from 'zod';
import { Missing } from '../lists.ts';

/** Approximate location of an address out of MaxMind-format files. */
export const GeoRecord = z.strictObject({
  address: z.string().describe('the address looked up'),
  country: z.string().nullable().describe('ISO 3166-1 alpha-2 code, from the country file, else the city file'),
  city: z.string().nullable().describe('English city name'),
  latitude: z.number().nullable().describe('degrees north'),
  longitude: z.number().nullable().describe('degrees east'),
  failure: Missing.nullable().describe('no_data when neither file knows the address'),
});
export type GeoRecord = z.infer<typeof GeoRecord>;
