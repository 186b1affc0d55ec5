import { z } from 'zod';
import { Missing } from '../lists.ts';
import { Address, AsNumber } from '../values.ts';

/** Origin AS of an address by longest prefix match. */
export const AsnRecord = z.strictObject({
  address: Address.describe('the address looked up'),
  asn: AsNumber.nullable().describe('origin AS of the longest matching prefix'),
  prefix: z.string().nullable().describe('that prefix, CIDR'),
  origins: z.array(AsNumber).describe('all origins seen for the prefix (MOAS, AS_SET), including asn'),
  as_name: z.string().nullable().describe('name of the AS in the names file; null where none is given'),
  failure: Missing.nullable().describe('no_data when no prefix matches'),
});
export type AsnRecord = z.infer<typeof AsnRecord>;
