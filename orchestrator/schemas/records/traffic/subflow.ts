import { z } from 'zod';
import { Hmac } from '../../lists.ts';
import { Answer, answerText, End, Reset } from '../../traffic.ts';
import { Address, Moment, Port } from '../../values.ts';

const count = z.int().min(0);
const sent = (what: string) => count.describe(`${what}, by who opened this stream`);
const back = (what: string) => count.describe(`${what}, by the other end`);

/** One TCP stream of a capture that carried an MPTCP option. */
export const TrafficSubflow = z.strictObject({
  record: z.literal('subflow').describe('always subflow'),
  connection: count
    .nullable()
    .describe('number of its connection; null for a join whose connection is not in the capture'),
  subflow: count.describe('number within this reading'),
  kind: z.enum(['initial', 'join', 'unknown']).describe('unknown: its handshake was not captured'),
  started_at: Moment.describe('time of the first packet captured'),
  duration_us: count.describe('from the first to the last packet, microseconds'),
  opener_known: z
    .boolean()
    .describe('false: who opened it was not captured; client is then the sender of the first packet'),
  reversed: z
    .boolean()
    .nullable()
    .describe('opened by the side that accepted the connection; null where that is unknown'),
  client_address: Address.describe('who opened this stream'),
  client_port: Port.describe('TCP port of who opened it'),
  server_address: Address.describe('the other end'),
  server_port: Port.describe('TCP port of the other end'),
  answer: Answer.describe(answerText),
  address_id: z.int().nullable().describe('address identifier of the MP_JOIN SYN; null for others'),
  backup: z.boolean().nullable().describe('the MP_JOIN SYN has the backup flag; null for others'),
  synack_hmac: Hmac.nullable().describe('HMAC of the MP_JOIN in the SYN/ACK; null if it is not a join'),
  ack_hmac: Hmac.nullable().describe('HMAC of the MP_JOIN in the third ACK; null if it is not a join'),
  hmac_missing: z
    .enum(['connection_not_captured', 'two_connections_fit', 'keys_not_captured', 'nonce_not_captured'])
    .nullable()
    .describe('why an HMAC is unverifiable; null where none is'),
  syn_rtt_us: count
    .nullable()
    .describe(
      'from the SYN to its SYN/ACK at the capture point, microseconds; null without both, and for a SYN sent twice',
    ),
  client_packets: sent('packets'),
  server_packets: back('packets'),
  client_bytes: sent('TCP payload, duplicates counted twice'),
  server_bytes: back('TCP payload, duplicates counted twice'),
  client_sequence_bytes: sent('span of TCP sequence numbers that its payload covers'),
  server_sequence_bytes: back('span of TCP sequence numbers that its payload covers'),
  client_mapped_bytes: sent('data that DSS mappings name, without what is mapped again here'),
  server_mapped_bytes: back('data that DSS mappings name, without what is mapped again here'),
  client_plain_bytes: sent('payload in packets without a DSS or MP_CAPABLE'),
  server_plain_bytes: back('payload in packets without a DSS or MP_CAPABLE'),
  client_dss: sent('packets with a DSS'),
  server_dss: back('packets with a DSS'),
  client_acknowledged: z
    .boolean()
    .describe('data with a mapping from the opener was acknowledged here, by TCP and by a DATA_ACK'),
  server_acknowledged: z.boolean().describe('data with a mapping from the other end was acknowledged here, likewise'),
  functional: z
    .boolean()
    .nullable()
    .describe('its handshake verifies and data was acknowledged; null: keys or handshake were not captured'),
  resets: z.array(Reset).describe('RSTs by MP_TCPRST reason; sides are those of this stream'),
  malformed_options: count.describe('unusable options of kind 30'),
  left_out: count.describe('packets of interest that were not read: at most some thousand are read per stream'),
  end: End.describe('why it ends here'),
});
export type TrafficSubflow = z.infer<typeof TrafficSubflow>;
