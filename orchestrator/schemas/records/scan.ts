import { z } from 'zod';
import { Classification, Missing } from '../lists.ts';

const hex = (what: string) => z.string().nullable().describe(what);

/** One reply to one SYN: the evidence, as seen. Silent units have no row; they are counted. */
export const ScanRecord = z.strictObject({
  address: z.string().describe('the target address'),
  port: z.int().describe('the target TCP port'),
  probe: z.string().describe('kind of probe sent: v1, v0, ... (zmap-module/README.md)'),
  source_port: z
    .int()
    .nullable()
    .describe('source port of our SYN; with ack it names the SYN that this reply answers')
    .meta({ volatile: true }),
  seq: hex('sequence number of the reply, 8 hex digits; null for ICMP errors').meta({ volatile: true }),
  ack: hex('acknowledgement number of the reply, 8 hex digits; null for ICMP errors').meta({ volatile: true }),
  classification: Classification.describe('what this one reply shows'),
  sent_version: z.int().nullable().describe('MPTCP version in our SYN; null when it carried no MPTCP option'),
  sent_flags: hex('flags octet of our MP_CAPABLE, two hex digits'),
  sent_key: hex('key in our SYN, 16 hex digits; null in v1, whose SYN has none (RFC 8684, 3.1)'),
  sent_option: hex('our whole option in hex'),
  sent_seq: hex('our initial sequence number, 8 hex digits').meta({ volatile: true }),
  sent_tsval: hex(
    'TSval of our SYN, 8 hex digits; null when it carried none, or the reply does not tell which it was',
  ).meta({ volatile: true }),
  sent_window: z.int().nullable().describe('TCP window of our SYN'),
  sent_ip_id: z.int().nullable().describe('IP identification of our SYN; null in IPv6'),
  sent_options_order: z.string().nullable().describe('TCP options of our SYN in order'),
  option: hex('first option of kind 30 in the reply, hex, as received; null when there is none'),
  options_mptcp: z.array(z.string()).describe('all options of kind 30 in the reply, hex, in order'),
  version: z.int().nullable().describe('MPTCP version in the reply'),
  flags: hex('flags octet in the reply, two hex digits'),
  sender_key: hex("key in the reply, 16 hex digits: the server's, unless it mirrors").meta({ volatile: true }),
  faults: z.array(z.string()).describe('what is wrong with the option area, closed list in zmap-module/README.md'),
  tcp_options: hex('whole TCP option area of the reply in hex').meta({ volatile: true }),
  options_order: z
    .string()
    .nullable()
    .describe('TCP options of the reply in order, such as mss,sackok,ts,nop,ws,mptcp'),
  window: z.int().nullable().describe('TCP window of the reply, unscaled'),
  ttl: z.int().nullable().describe('IP TTL or hop limit of the reply on arrival'),
  ip_id: z.int().nullable().describe('IP identification of the reply; null in IPv6'),
  ip_df: z.boolean().nullable().describe('IP "do not fragment" of the reply; null in IPv6'),
  ip_tos: z.int().nullable().describe('TOS byte or traffic class of the reply'),
  rtt_us: z
    .number()
    .nullable()
    .describe('SYN to SYN/ACK in microseconds, from our echoed timestamp')
    .meta({ volatile: true }),
  rtt_us_missing: Missing.nullable().describe('why rtt_us is null'),
  rtt_source: z
    .string()
    .nullable()
    .describe(
      'tsecr; mirrored_tsval where a mirror gave our own TSval back; quoted_tsval for the way to the hop that sent an ICMP error',
    ),
  icmp_type: z.int().nullable().describe('ICMP type of an error reply'),
  icmp_code: z.int().nullable().describe('ICMP code of an error reply'),
  icmp_hop: z.string().nullable().describe('address that sent the ICMP error'),
  icmp_quoted_option: hex(
    'option of kind 30 in the SYN that the ICMP error quotes; null when the quote has none, or ends before it: icmp_quoted_options tells which',
  ),
  icmp_quoted_options: hex(
    'all TCP options of the SYN that the ICMP error quotes, when it quotes them to their end',
  ).meta({
    volatile: true,
  }),
  icmp_quoted_options_missing: Missing.nullable().describe(
    'why icmp_quoted_options is null: not_applicable without an ICMP error, not_returned when it quotes less (RFC 792 asks for 8 bytes of TCP)',
  ),
  received_at: z.string().describe('arrival of the reply, UTC, ISO 8601').meta({ volatile: true }),
});
export type ScanRecord = z.infer<typeof ScanRecord>;
