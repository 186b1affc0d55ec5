import { z } from 'zod';

/** What the table says about one address. */
export const Ip2asnRaw = z.looseObject({
  address: z.string().describe('the address looked up'),
  match: z
    .looseObject({
      asn: z.int().describe('the decided origin'),
      prefix: z.string().describe('the longest matching prefix, CIDR'),
      origins: z.array(z.int()).min(1).describe('all origins seen for the prefix, the decided one first'),
    })
    .nullable()
    .describe('null when no prefix of the table holds the address'),
  name: z.string().nullable().describe('name of the AS; null without a name'),
});
export type Ip2asnRaw = z.infer<typeof Ip2asnRaw>;
