import { z } from 'zod';
import { Classification, Missing } from '../../schemas/lists.ts';

const text = (what: string) => z.string().nullable().describe(what);
const number = (what: string) => z.int().nullable().describe(what);
/** Fields that modules of before 2026-11 do not print, or that a user's own list of fields may lack. */
const optionalText = (what: string) => z.string().nullish().describe(what);
const optionalNumber = (what: string) => z.int().nullish().describe(what);
/** Fields that no record is made from: known, not asked for. */
const unusedText = (what: string) => z.string().nullish().describe(what);
const unusedNumber = (what: string) => z.int().nullish().describe(what);

/** Fields that zmap 2.1.1 gives with every reply of any probe module. */
export const zmapFields = {
  saddr: z.string().describe('address that the reply came from'),
  'saddr-raw': unusedNumber('the same as a signed number in network order'),
  daddr: unusedText('our address'),
  'daddr-raw': unusedNumber('the same as a signed number in network order'),
  ipid: optionalNumber('IP identification of the reply'),
  ttl: z.int().describe('TTL of the reply on arrival'),
  success: unusedNumber('1 when the probe module counts the reply as a success'),
  repeat: unusedNumber('1 when the address had a success before'),
  cooldown: unusedNumber('1 when the reply came after the last probe was sent'),
  'timestamp-str': unusedText('arrival, milliseconds'),
  'timestamp-ts': z.int().describe('arrival, seconds since 1970'),
  'timestamp-us': z.int().describe('arrival, microseconds of the second'),
};

/** One reply as zmap prints it with our module (fields: zmap-module/README.md). */
export const ZmapRaw = z.looseObject({
  ...zmapFields,
  target: z.string().describe('address that was probed'),
  classification: Classification.describe('what the reply shows'),
  app_success: unusedNumber('1 for evidence of MPTCP'),
  probe: z.string().describe('kind of probe'),
  probe_num: unusedNumber('which of the probes to the target'),
  sport: z.int().describe('port that was probed'),
  dport: optionalNumber('source port of the probe'),
  seq: optionalText('sequence number of the reply, hex'),
  ack: optionalText('acknowledgement number of the reply, hex'),
  window: number('TCP window'),
  tcp_flags: optionalText('TCP flags, hex'),
  ip_id: optionalNumber('IP identification of the reply; older modules leave it to zmap, as ipid'),
  ip_df: z.union([z.boolean(), z.int()]).nullish().describe('IP "do not fragment" of the reply'),
  ip_tos: optionalNumber('TOS byte or traffic class of the reply'),
  sent_seq: optionalText('our initial sequence number, hex'),
  sent_tsval: optionalText('TSval sent, hex'),
  sent_window: optionalNumber('TCP window sent'),
  sent_ip_id: optionalNumber('IP identification sent'),
  sent_options_order: optionalText('names of the options sent, in order'),
  sent_version: number('MPTCP version sent'),
  sent_flags: text('MP_CAPABLE flags sent, hex'),
  sent_key: text('key sent, hex'),
  sent_option: text('option sent, hex'),
  sent_ttl: unusedNumber('TTL sent'),
  mptcp_option: text('option of kind 30 that was judged, hex'),
  mptcp_options: text('all options of kind 30, hex, comma separated'),
  mptcp_length: unusedNumber('length that the option states'),
  mptcp_subtype: unusedNumber('subtype'),
  mptcp_version: number('version of an MP_CAPABLE'),
  mptcp_flags: text('flags of an MP_CAPABLE, hex'),
  mptcp_key: text('key of an MP_CAPABLE, hex'),
  faults: z.string().describe('faults, comma separated'),
  tcp_options: text('whole option area, hex'),
  options_order: text('names of the options in order'),
  rtt_us: number('round trip, microseconds'),
  rtt_missing: Missing.nullable().describe('why there is no round trip'),
  rtt_source: text('what the round trip was read from'),
  icmp_type: number('ICMP type'),
  icmp_code: number('ICMP code'),
  icmp_hop: text('address that sent the ICMP error'),
  icmp_quoted_option: text('option of kind 30 in the quoted SYN, hex; null also when the quote ends before it'),
  icmp_quoted_options: z.string().nullish().describe('all options of the quoted SYN, hex; null when not quoted whole'),
  icmp_quoted_order: unusedText('their names in order'),
});
export type ZmapRaw = z.infer<typeof ZmapRaw>;

/** What zmap says of its own work when it is through (`--metadata-file`); of many fields, those that tell whether all was sent and read. */
export const ZmapMetadata = z.looseObject({
  blacklist_total_allowed: z.int().describe('targets: addresses allowed and not blocked'),
  total_sent: z.int().describe('targets that were sent their probes'),
  send_to_failures: z.int().describe('targets that the interface did not take'),
  pcap_recv: z.int().describe('packets that the capture took'),
  pcap_drop: z.int().describe('packets that the capture lost: replies among them'),
  pcap_ifdrop: z.int().describe('packets that the interface lost'),
});
export type ZmapMetadata = z.infer<typeof ZmapMetadata>;
