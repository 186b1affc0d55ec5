import { z } from 'zod';
import type { AskedFields } from '../zmap/fields.ts';
import { zmapFields } from '../zmap/raw.ts';
import { oneSpelling } from '../zmap/spelling.ts';

const fields = {
  ...zmapFields,
  type: z.int().nullish().describe('ICMP type'),
  code: z.int().nullish().describe('ICMP code'),
  icmp_id: z.int().nullish().describe('identifier of the echo'),
  seq: z.int().nullish().describe('sequence number of the echo'),
  sent_timestamp_ts: z.int().describe('when the echo was sent, seconds since 1970; means nothing in an error'),
  sent_timestamp_us: z.int().describe('microseconds of that second'),
  recv_timestamp_ts: z.int().nullish().describe('arrival again; 4.x alone'),
  recv_timestamp_us: z.int().nullish().describe('its microseconds'),
  rtt_us: z.number().nullish().describe('round trip; 4.x alone, and computed here for both'),
  dst_raw: z.int().nullish().describe('means nothing in 2.1.1 and 4.x for an error: the address probed cannot be told'),
  'icmp-id': z.int().nullish().describe('icmp_id in 2.1.1'),
  'sent-timestamp-ts': z.int().nullish().describe('sent_timestamp_ts in 2.1.1'),
  'sent-timestamp-us': z.int().nullish().describe('sent_timestamp_us in 2.1.1'),
  'dst-raw': z.int().nullish().describe('dst_raw in 2.1.1'),
  classification: z.string().describe('echoreply, unreach and other ICMP errors'),
};

/**
 * Fields that no run asks for: what stands in others (`saddr_raw`, `timestamp_str`, 4.x's own `rtt_us`), what the order of the lines
 * says (`repeat`), and what is wrong in an error (`dst_raw`, see above).
 */
const notAsked = [
  ...['saddr_raw', 'daddr_raw', 'dst_raw', 'success', 'repeat', 'cooldown', 'timestamp_str'],
  ...['recv_timestamp_ts', 'recv_timestamp_us', 'rtt_us'],
];
export const echoFields: AskedFields = {
  zmap: Object.keys(fields).filter((name) => !notAsked.includes(name) && !name.includes('-')),
  module: [],
};

/** One reply as zmap's own module icmp_echo_time prints it. */
export const Echo = z.preprocess(oneSpelling(fields), z.looseObject(fields));
export type Echo = z.infer<typeof Echo>;

/** The same; of the echo replies of an address, the one that took least. */
export const IcmpEchoRaw = z.preprocess(
  oneSpelling(fields),
  z.looseObject({
    ...fields,
    unsent: z.undefined().optional().describe('tells a reply from Unsent'),
    replies: z.int().optional().describe('echo replies of the address; counted by decode'),
  }),
);
export type IcmpEchoRaw = z.infer<typeof IcmpEchoRaw>;

/** An address that zmap's module cannot ping: IPv6. No reply, a unit to be accounted for. */
export const Unsent = z.looseObject({ unsent: z.string().describe('the address') });
