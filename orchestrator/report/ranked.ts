import { z } from 'zod';
import type { Operator } from '../uncertainty/popularity.ts';
import { type Query, readSql } from './rows.ts';

/** Places that the database lists at a time: lists do not spill. */
const placesAtOnce = 1_000_000;

/** A row of ranked.sql. */
export const Ranked = z.object({
  asn: z.int(),
  domains: z.int(),
  capable: z.int(),
  mean: z.number().nullable(),
  places: z.array(z.number()),
});

/** SQL of the ranked domains of the ASes of one slice of so many. */
export async function rankedSql(number: number, slices: number): Promise<string> {
  return `WITH slice AS (SELECT ${number} AS number, ${slices} AS slices) FROM (\n${await readSql('ranked')})`;
}

/**
 * The ranked domains of each AS, in order of its number.
 * @param answered domains that answered: how many places there are at most
 */
export async function rankedOperators(query: Query, answered: number): Promise<Operator[]> {
  const slices = Math.max(1, Math.ceil(answered / placesAtOnce));
  const found: { asn: number; operator: Operator }[] = [];
  for (let number = 0; number < slices; number += 1) {
    for await (const value of query(await rankedSql(number, slices))) {
      const { asn, domains, capable, mean, places } = Ranked.parse(value);
      found.push({ asn, operator: { places: Float64Array.from(places), domains, capable, mean: mean ?? 0 } });
    }
  }
  return found.sort((a, b) => a.asn - b.asn).map(({ operator }) => operator);
}
