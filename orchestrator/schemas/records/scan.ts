import { z } from 'zod';
import { tcpOptions } from '../../mptcp/tcp-options.ts';
import { Classification, Missing } from '../lists.ts';
import { Address, Hex, HexKey, HexWord, Moment, Port } from '../values.ts';

const hex = (what: string) => Hex.nullable().describe(what);
const word = (what: string) => HexWord.nullable().describe(what);

/** One reply to one SYN: the evidence, as seen. Silent units have no row; they are counted. */
export const ScanRecord = z.strictObject({
  address: Address.describe('the target address'),
  port: Port.describe('the target TCP port'),
  probe: z.string().describe('kind of probe sent: v1, v0, ... (zmap-module/README.md)'),
  pass: z
    .int()
    .min(1)
    .default(1)
    .describe(
      'which SYN to the unit this reply answers: 1, or 2 for the second pass, over the silent units (scan.retries)',
    )
    .meta({ volatile: true }),
  source_port: z
    .int()
    .nullable()
    .describe('source port of our SYN; with ack it identifies the SYN that this reply answers')
    .meta({ volatile: true }),
  seq: word('sequence number of the reply, 8 hex digits; null for ICMP errors').meta({ volatile: true }),
  ack: word('acknowledgement number of the reply, 8 hex digits; null for ICMP errors').meta({ volatile: true }),
  classification: Classification.describe('what this one reply shows'),
  sent_version: z.int().nullable().describe('MPTCP version in our SYN; null when it carried no MPTCP option'),
  sent_flags: hex('flags octet of our MP_CAPABLE, two hex digits'),
  sent_key: HexKey.nullable().describe('key in our SYN, 16 hex digits; null in v1, whose SYN has none (RFC 8684, 3.1)'),
  sent_option: hex('our whole option in hex'),
  sent_seq: word('our initial sequence number, 8 hex digits').meta({ volatile: true }),
  sent_tsval: word(
    'TSval of our SYN, 8 hex digits; null when it carried none, or the reply does not show which one it answers',
  ).meta({ volatile: true }),
  sent_window: z.int().nullable().describe('TCP window of our SYN'),
  sent_ip_id: z.int().nullable().describe('IP identification of our SYN; null in IPv6'),
  sent_options_order: z.string().nullable().describe('TCP options of our SYN in order'),
  option: hex('first option of kind 30 in the reply, hex, as received; null when there is none'),
  options_mptcp: z.array(Hex).describe('all options of kind 30 in the reply, hex, in order'),
  version: z.int().nullable().describe('MPTCP version in the reply'),
  flags: hex('flags octet in the reply, two hex digits'),
  sender_key: hex("key in the reply, 16 hex digits: the server's, unless it mirrors").meta({ volatile: true }),
  faults: z.array(z.string()).describe('what is wrong with the option area, closed list in zmap-module/README.md'),
  tcp_options: hex('whole TCP option area of the reply in hex').meta({ volatile: true }),
  options_order: z
    .string()
    .nullable()
    .describe('TCP options of the reply in order, such as mss,sackok,ts,nop,ws,mptcp'),
  tcp_flags: hex('TCP flags of the reply, two hex digits such as 12 for SYN and ACK; null for ICMP errors'),
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
      'tsecr; mirrored_tsval where a mirror gave our own TSval back; quoted_tsval for the path to the hop that sent an ICMP error',
    ),
  icmp_type: z.int().nullable().describe('ICMP type of an error reply'),
  icmp_code: z.int().nullable().describe('ICMP code of an error reply'),
  icmp_hop: Address.nullable().describe('address that sent the ICMP error'),
  icmp_quoted_option: hex(
    'option of kind 30 in the SYN that the ICMP error quotes; null when the quote has none, or ends before it: icmp_quoted_options says which',
  ),
  icmp_quoted_options: hex(
    'all TCP options of the SYN that the ICMP error quotes, when it quotes them to their end',
  ).meta({
    volatile: true,
  }),
  icmp_quoted_options_missing: Missing.nullable().describe(
    'why icmp_quoted_options is null: not_applicable without an ICMP error, not_returned when it quotes less (RFC 792 asks for 8 bytes of TCP)',
  ),
  received_at: Moment.describe('arrival of the reply, UTC, ISO 8601').meta({ volatile: true }),
});
export type ScanRecord = z.infer<typeof ScanRecord>;

/** Kind of the timestamp option (RFC 7323), and its length. */
const timestamp = { kind: 8, length: 10 } as const;

/** An option area with the values of its timestamps blanked: a server that repeats a reply stamps it anew. */
function withoutTimes(area: string): string {
  const bytes = Buffer.from(area, 'hex');
  let text = '';
  let read = 0;
  for (const option of tcpOptions(bytes)) {
    const timed = option.kind === timestamp.kind && option.bytes.length === timestamp.length;
    text += timed ? 'ts' : option.bytes.toString('hex');
    read += option.bytes.length;
  }
  // What lies behind a fault or an end of options counts as it came.
  return text + bytes.toString('hex', read);
}

/**
 * Names what a reply says. Two records with one identity are one reply that came twice: a server that heard neither our ACK
 * nor our RST repeats its SYN/ACK, and networks duplicate packets. Records that differ in it are two replies, both evidence.
 * Left out is what the way or the repeating changes: arrival, TTL, round trip, IP identification, the times in the options.
 */
export function replyIdentity(reply: ScanRecord): string {
  const { address, port, probe, source_port, seq, ack, classification, options_mptcp, tcp_options, tcp_flags } = reply;
  const { faults, icmp_type, icmp_code, icmp_hop, icmp_quoted_option, icmp_quoted_options } = reply;
  const packet = [seq, ack, tcp_flags, classification, options_mptcp, faults, tcp_options && withoutTimes(tcp_options)];
  const quoted = icmp_quoted_options && withoutTimes(icmp_quoted_options);
  const icmp = [icmp_type, icmp_code, icmp_hop, icmp_quoted_option, quoted];
  return JSON.stringify([address, port, probe, source_port, ...packet, ...icmp]);
}

/** What only a SYN/ACK can be; `malformed`, `other_subtype` and the rest may come in a RST too. */
const ofSynAcks: ReadonlySet<string> = new Set(['synack_no_option', 'mp_capable', 'echoed', 'version_mismatch']);
/** Codes of "destination unreachable" that say that a probe is prohibited, by family (RFC 1812, 5.2.7.1; RFC 4443, 3.1). */
const prohibited = { 3: [9, 10, 13], 1: [1] } as const;

/** true for an ICMP error by which somebody says that such packets are not wanted. */
export function isProhibited({ icmp_type, icmp_code }: Pick<ScanRecord, 'icmp_type' | 'icmp_code'>): boolean {
  const codes: readonly number[] = icmp_type === 3 || icmp_type === 1 ? prohibited[icmp_type] : [];
  return icmp_code !== null && codes.includes(icmp_code);
}

const synAckBits = 0x12;

/** true for a SYN/ACK: by its flags, or by the classification alone where the prober did not give them. */
export function isSynAck({ tcp_flags, classification }: Pick<ScanRecord, 'tcp_flags' | 'classification'>): boolean {
  if (tcp_flags === null) return ofSynAcks.has(classification);
  return (Number.parseInt(tcp_flags, 16) & synAckBits) === synAckBits;
}
