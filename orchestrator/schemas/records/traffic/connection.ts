import { z } from 'zod';
import { Announced, Answer, answerText, End, Reset, Side } from '../../traffic.ts';
import { Address, Hex, Moment, Port } from '../../values.ts';

const count = z.int().min(0);
const key = (whose: string) =>
  Hex.nullable().describe(
    `the ${whose}'s key, 16 hex digits; null where it was not captured, and where clients are pseudonymous`,
  );

/** One MPTCP connection of a capture, or one offer of it that was not taken up, with all its subflows. */
export const TrafficConnection = z.strictObject({
  record: z.literal('connection').describe('always connection'),
  connection: count.describe('number within this reading: that of its first stream'),
  started_at: Moment.describe('time of the first packet captured'),
  duration_us: count.describe('from the first to the last packet of all its subflows, microseconds'),
  opener_known: z
    .boolean()
    .describe('false: who opened it was not captured, and client is the sender of the first packet captured'),
  family: z.union([z.literal(4), z.literal(6)]).describe('of the first subflow'),
  client_address: Address.describe('who opened the first subflow; pseudonymous with --pseudonyms and live'),
  client_port: Port.describe('TCP port of the client'),
  server_address: Address.describe('whom it was opened to; pseudonymous only where the opener is not known'),
  server_port: Port.describe('TCP port of the server'),
  opening: z
    .enum(['offered', 'malformed_offer', 'no_offer', 'cut', 'not_captured'])
    .describe(
      'what the SYN had: an MP_CAPABLE, a malformed one, none, options not captured; not_captured: no SYN was read, because it is not in the capture or came before the first MPTCP option',
    ),
  offered_versions: z.array(z.int()).describe('MPTCP versions in the SYNs, sorted'),
  answer: Answer.describe(answerText),
  version: z.int().nullable().describe('MPTCP version of the connection; null: none was agreed on, or not captured'),
  state: z
    .enum(['mptcp', 'fell_back', 'not_offered', 'unknown'])
    .describe('whether data was carried over MPTCP; unknown where no packet shows it'),
  fell_back_by: Side.nullable().describe(
    'side that first sent without MPTCP; null where it did not fall back, or cannot be told',
  ),
  client_flags: Hex.nullable().describe("flags of the client's MP_CAPABLE, 2 hex digits; null where not captured"),
  server_flags: Hex.nullable().describe("flags of the server's MP_CAPABLE, 2 hex digits; null where not captured"),
  client_key: key('client'),
  server_key: key('server'),
  client_token: Hex.nullable().describe("token of the client's key; null where that is not known"),
  server_token: Hex.nullable().describe("token of the server's key; null where that is not known"),
  subflows: count.describe('subflows that were accepted, including the first of the connection'),
  joins: count.describe('MP_JOINs of this connection, whatever became of them'),
  joins_accepted: count.describe('of these, answered by a SYN/ACK with an MP_JOIN'),
  joins_verified: count.describe('of these, with the right HMAC in the SYN/ACK and in the third ACK'),
  functional_subflows: count.describe(
    'subflows whose handshake verifies and on which data with a DSS was acknowledged at both levels',
  ),
  functional: z
    .boolean()
    .nullable()
    .describe(
      'a functional multipath session: at least two functional subflows; null: keys or handshakes that would tell were not captured',
    ),
  announced: z.array(Announced).describe('addresses announced, by side and address_id'),
  client_mp_fail: count.describe('MP_FAIL options from the client'),
  server_mp_fail: count.describe('MP_FAIL options from the server'),
  client_mp_fastclose: count.describe('MP_FASTCLOSE options from the client'),
  server_mp_fastclose: count.describe('MP_FASTCLOSE options from the server'),
  mp_prio: count.describe('MP_PRIO options from either side'),
  resets: z.array(Reset).describe('RSTs by side and MP_TCPRST reason, of all its subflows'),
  malformed_options: count.describe('unusable options of kind 30: bad length, unknown subtype, past the end'),
  client_bytes: count.describe('TCP payload from the client, duplicates counted twice'),
  server_bytes: count.describe('TCP payload from the server, likewise'),
  client_data_bytes: count
    .nullable()
    .describe(
      'data sequence numbers between the lowest and the highest mapped byte from the client; null without a mapping',
    ),
  server_data_bytes: count
    .nullable()
    .describe('data sequence numbers between the lowest and the highest mapped byte from the server'),
  client_reinjected_bytes: count
    .nullable()
    .describe(
      'data from the client that was mapped more than once, on this subflow or another, at least; null where it cannot be told',
    ),
  server_reinjected_bytes: count.nullable().describe('data from the server that was mapped more than once, at least'),
  end: End.describe(
    'of its last subflow: closed (FIN both ways), reset, silent, reused (a new SYN between the same ports), evicted (the table was full), capture_end',
  ),
});
export type TrafficConnection = z.infer<typeof TrafficConnection>;
