import { z } from 'zod';
import { zmapFields } from '../zmap/raw.ts';

/** One reply as zmap's own module icmp_echo_time prints it; of the echo replies of an address, the one that took least. */
export const IcmpEchoRaw = z.looseObject({
  ...zmapFields,
  type: z.int().nullish().describe('ICMP type'),
  code: z.int().nullish().describe('ICMP code'),
  'icmp-id': z.int().nullish().describe('identifier of the echo'),
  seq: z.int().nullish().describe('sequence number of the echo'),
  'sent-timestamp-ts': z.int().describe('when the echo was sent, seconds since 1970; means nothing in an error'),
  'sent-timestamp-us': z.int().describe('microseconds of that second'),
  'dst-raw': z.int().nullish().describe('means nothing in 2.1.1 for an error: the address probed cannot be told'),
  classification: z.string().describe('echoreply, unreach and other ICMP errors'),
  unsent: z.undefined().optional().describe('tells a reply from Unsent'),
  replies: z.int().optional().describe('echo replies of the address; counted by decode'),
});
export type IcmpEchoRaw = z.infer<typeof IcmpEchoRaw>;

/** An address that zmap 2.1.1 cannot ping: IPv6. No reply, a unit to be accounted for. */
export const Unsent = z.looseObject({ unsent: z.string().describe('the address') });
