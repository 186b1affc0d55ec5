import { z } from 'zod';

const degrees = z.union([z.number(), z.string()]).optional();

/**
 * One entry of a MaxMind-format file. MaxMind nests (`country.iso_code`, `city.names.en`, `location.latitude`); other makers
 * write the same things flat (`country_code`, `city`, `lat`), some of them numbers as text.
 */
export const MaxmindEntry = z.looseObject({
  country: z
    .union([z.string(), z.looseObject({ iso_code: z.string().optional() })])
    .optional()
    .describe('country: nested, or flat as a code or a name'),
  country_code: z.string().optional().describe('country code in flat files'),
  city: z
    .union([z.string(), z.looseObject({ names: z.looseObject({ en: z.string().optional() }).optional() })])
    .optional()
    .describe('city: nested with names by language, or a flat name'),
  location: z
    .looseObject({ latitude: z.number().optional(), longitude: z.number().optional() })
    .optional()
    .describe('coordinates in nested files'),
  latitude: degrees.describe('degrees north in flat files'),
  longitude: degrees.describe('degrees east in flat files'),
  lat: degrees.describe('degrees north in flat files'),
  lng: degrees.describe('degrees east in flat files'),
  lon: degrees.describe('degrees east in flat files'),
});
export type MaxmindEntry = z.infer<typeof MaxmindEntry>;

/** What both files say about an address; null where a file is not used or does not know it. */
export const MaxmindRaw = z.looseObject({
  address: z.string().describe('the address looked up'),
  country: MaxmindEntry.nullable().describe('entry of the country file'),
  city: MaxmindEntry.nullable().describe('entry of the city file'),
});
export type MaxmindRaw = z.infer<typeof MaxmindRaw>;
