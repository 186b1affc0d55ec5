import { z } from 'zod';
import type { DomainsRecord } from '../../schemas/records/domains.ts';

/** A row of entryAddressesSql. */
const EntryAddress = z.strictObject({
  name: z.string(),
  rank: z.int().nullable(),
  /** null: the entry has none. */
  address: z.string().nullable(),
  answered: z.boolean(),
  v1: z.boolean(),
  v0: z.boolean(),
});
type EntryAddress = z.infer<typeof EntryAddress>;

function domainOf(rows: EntryAddress[]): DomainsRecord[] {
  const [first] = rows;
  if (first === undefined) return [];
  const answered = rows.filter((row) => row.answered);
  const capable = rows.filter(({ v1, v0 }) => v1 || v0).length;
  return [
    {
      name: first.name,
      rank: first.rank,
      addresses: rows.flatMap(({ address }) => address ?? []),
      addresses_answered: answered.length,
      addresses_capable_v1: rows.filter(({ v1 }) => v1).length,
      addresses_capable_v0: rows.filter(({ v0 }) => v0).length,
      mixed: capable >= 1 && capable < answered.length,
    },
  ];
}

/** Gathers the rows of each list entry, which follow each other: what is held is one entry's addresses, however long the list is. */
export async function* gatherDomains(rows: AsyncIterable<unknown>): AsyncGenerator<DomainsRecord> {
  let open: EntryAddress[] = [];
  for await (const value of rows) {
    const row = EntryAddress.parse(value);
    if (open[0] !== undefined && open[0].name !== row.name) {
      yield* domainOf(open);
      open = [];
    }
    open.push(row);
  }
  yield* domainOf(open);
}
