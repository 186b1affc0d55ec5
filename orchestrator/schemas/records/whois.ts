import { z } from 'zod';
import { Missing } from '../lists.ts';
import { Address, AsNumber } from '../values.ts';

/** The registry's view of an address (Team Cymru bulk whois). The country is where the prefix is registered, not where the host stands. */
export const WhoisRecord = z.strictObject({
  address: Address.describe('the address asked'),
  asn: AsNumber.nullable().describe('origin AS in the answer; the first where several are given'),
  prefix: z.string().nullable().describe('BGP prefix in the answer'),
  country: z.string().nullable().describe('country code of the registration'),
  registry: z.string().nullable().describe('regional registry'),
  allocated: z.string().nullable().describe('date of the allocation, as printed'),
  as_name: z.string().nullable().describe('AS name as printed'),
  failure: Missing.nullable().describe('null when the registry knew the address'),
});
export type WhoisRecord = z.infer<typeof WhoisRecord>;
