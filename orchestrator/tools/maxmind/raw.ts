import { z } from 'zod';

/** A field that holds something else is read as one that is not there: the others of its entry stand. */
function orNothing<T>(schema: z.ZodType<T>) {
  return z
    .unknown()
    .optional()
    .transform((value): T | undefined => schema.safeParse(value).data);
}

/** The same for a field that held something else: null. */
function orOdd<T>(schema: z.ZodType<T>) {
  return z
    .unknown()
    .optional()
    .transform((value): T | null | undefined =>
      value === undefined ? undefined : (schema.safeParse(value).data ?? null),
    );
}

/**
 * A schema that each object passes once: the reader hands out the same one for all addresses of an entry. Millions of addresses share some
 * hundred countries, and to check an entry takes longer than to look it up.
 */
function onceEach<T>(schema: z.ZodType<T>) {
  const known = new WeakMap<object, T>();
  return z.unknown().transform((value, context): T => {
    const entry = typeof value === 'object' && value !== null ? value : null;
    const before = entry === null ? undefined : known.get(entry);
    if (before !== undefined) return before;
    const parsed = schema.safeParse(value);
    if (!parsed.success) {
      for (const { message, path } of parsed.error.issues)
        context.issues.push({ code: 'custom', message, path, input: value });
      return z.NEVER;
    }
    if (entry !== null) known.set(entry, parsed.data);
    return parsed.data;
  });
}

const text = orNothing(z.string());
const degrees = orOdd(z.union([z.number(), z.string()]));
/** In nested files positions are numbers. */
const nestedDegrees = orOdd(z.number());

/**
 * One entry of a MaxMind-format file. MaxMind nests (`country.iso_code`, `city.names.en`, `location.latitude`); other makers
 * write the same things flat (`country_code`, `city`, `lat`), some of them numbers as text.
 */
export const MaxmindEntry = z.looseObject({
  country: orNothing(z.union([z.string(), z.looseObject({ iso_code: text })])).describe(
    'country: nested, or flat as a code or a name',
  ),
  registered_country: orNothing(z.looseObject({ iso_code: text })).describe(
    'where the network of the address is registered, in nested files: no place, but why there is none',
  ),
  country_code: text.describe('country code in flat files'),
  city: orNothing(z.union([z.string(), z.looseObject({ names: orNothing(z.looseObject({ en: text })) })])).describe(
    'city: nested with names by language, or a flat name',
  ),
  location: orOdd(z.looseObject({ latitude: nestedDegrees, longitude: nestedDegrees })).describe(
    'coordinates in nested files',
  ),
  latitude: degrees.describe('degrees north in flat files'),
  longitude: degrees.describe('degrees east in flat files'),
  lat: degrees.describe('degrees north in flat files'),
  lng: degrees.describe('degrees east in flat files'),
  lon: degrees.describe('degrees east in flat files'),
});
export type MaxmindEntry = z.infer<typeof MaxmindEntry>;

const CheckedEntry = onceEach(MaxmindEntry);

/** What both files say about an address; null where a file is not used or does not know it. */
export const MaxmindRaw = z.looseObject({
  address: z.string().describe('the address looked up'),
  country: CheckedEntry.nullable().describe('entry of the country file'),
  city: CheckedEntry.nullable().describe('entry of the city file'),
});
export type MaxmindRaw = z.infer<typeof MaxmindRaw>;
