import { z } from 'zod';
import { formatPrefix, parsePrefix } from '../address/ip.ts';

const Column = z
  .union(
    [z.string().min(1), z.int().positive('expected a number from 1')],
    'expected the header of a column, or its number from 1',
  )
  .nullable()
  .default(null);

/** Settings of a single list. */
const ofList = {
  name: Column.describe("column of the names, by header or number (from 1); null: recognised by the list's content"),
  rank: Column.describe('column of the ranks; null: found the same way'),
  sha256: z
    .string()
    .regex(/^[0-9a-f]{64}$/i, 'expected 64 hex digits')
    .nullable()
    .default(null)
    .describe('required sha256 of the file, as found or downloaded; null accepts any'),
};

const OneOfSeveral = z.strictObject({
  list: z.string().min(1).describe('file or URL'),
  as: z.string().min(1).nullable().default(null).describe('its name in the results; null: the file name'),
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
      'file or http(s) URL of names, plain or in columns, compressed or not; or several, of which the report uses the ranks of the first',
    ),
  ...ofList,
  cache: z
    .string()
    .min(1)
    .default('.lists')
    .describe('folder for downloaded lists: a list is fetched again only if it has changed'),
  www: z.boolean().default(true).describe('also resolve every name with www. in front'),
});
const Addresses = z.strictObject({
  addresses: z.string().min(1).describe('file of addresses or prefixes, one per line; - reads them from stdin'),
});
const Prefixes = z.strictObject({ prefixes: z.array(z.string()).min(1).describe('prefixes in CIDR notation') });

/** Targets have exactly one of these keys. */
export const targetKinds = ['list', 'addresses', 'prefixes'] as const;

export const Targets = z.union([List, Addresses, Prefixes], `expected exactly one of ${targetKinds.join(', ')}`);
export type Targets = z.infer<typeof Targets>;

/** What is wrong with an entry of `prefixes`; null for an IPv4 prefix or an address. */
function prefixFault(entry: string): string | null {
  const prefix = parsePrefix(entry.replace(/#.*/, '').trim());
  if (prefix === null) return 'expected a prefix such as 198.51.100.0/24, or an address';
  // It may mean one address or a whole network: we guess neither.
  if (prefix.hostBits) return `it has host bits set, did you mean ${formatPrefix(prefix)}?`;
  if (prefix.family === 4 || prefix.length === 128) return null;
  return 'an IPv6 prefix has too many addresses to probe: list those to probe in targets.addresses';
}

/** What is wrong with the entries of `prefixes`, each by its key. */
export function prefixFaults(targets: Targets): string[] {
  if (!('prefixes' in targets)) return [];
  return targets.prefixes.flatMap((entry, at) => {
    const fault = prefixFault(entry);
    return fault === null ? [] : [`targets.prefixes.${at}: ${JSON.stringify(entry)}: ${fault}`];
  });
}
