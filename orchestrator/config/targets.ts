import { z } from 'zod';

const Column = z
  .union(
    [z.string().min(1), z.int().positive('expected a number from 1')],
    'expected the header of a column, or its number from 1',
  )
  .nullable()
  .default(null);

/** What may be said of each list by itself. */
const ofList = {
  name: Column.describe('column of the names, by its header or its number from 1; null: found by what the list holds'),
  rank: Column.describe('column of the ranks; null: found the same way'),
  sha256: z
    .string()
    .regex(/^[0-9a-f]{64}$/i, 'expected 64 hex digits')
    .nullable()
    .default(null)
    .describe('sha256 that the file must have, as it lies there or is downloaded'),
};

const OneOfSeveral = z.strictObject({
  list: z.string().describe('file or URL'),
  as: z.string().min(1).nullable().default(null).describe('its name in the results; null: that of the file'),
  ...ofList,
});

const file = z.string().min(1);

const List = z.strictObject({
  list: z
    .union(
      [file, z.array(z.union([file, OneOfSeveral], 'expected a file, a URL, or {list: FILE, ...}')).min(1)],
      'expected a file, a URL, or a list of these',
    )
    .describe(
      'file or http(s) URL of names, plain or in columns, packed or not; or several, the first the study of whose ranks it is',
    ),
  ...ofList,
  cache: z.string().default('.lists').describe('folder that keeps downloaded lists, so that they are downloaded once'),
  www: z.boolean().default(true).describe('ask every name a second time with www. in front'),
});
const Addresses = z.strictObject({
  addresses: z.string().describe('file of addresses or prefixes, one per line; - reads them from stdin'),
});
const Prefixes = z.strictObject({ prefixes: z.array(z.string()).min(1).describe('prefixes in CIDR notation') });

/** Keys of which targets have one. */
export const targetKinds = ['list', 'addresses', 'prefixes'] as const;

export const Targets = z.union([List, Addresses, Prefixes], `expected exactly one of ${targetKinds.join(', ')}`);
export type Targets = z.infer<typeof Targets>;
