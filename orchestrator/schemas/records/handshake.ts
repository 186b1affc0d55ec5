import { z } from 'zod';
import {
  ConnectionName,
  ConnectOutcome,
  Hmac,
  HoldEnd,
  JoinFailure,
  JoinMissing,
  Missing,
  Scope,
  TlsOutcome,
} from '../lists.ts';
import { Address, Port } from '../values.ts';

/** One address that the server announced with ADD_ADDR (RFC 8684, 3.4.1). Echoes of our own kernel are not here. */
export const Announcement = z.strictObject({
  address_id: z.int().describe('address identifier in the option'),
  address: Address.describe('the announced address, IPv4 or IPv6'),
  port: Port.nullable().describe('the announced port; null when the option has none'),
  scope: Scope.describe('where the address can be reached from'),
  hmac: Hmac.describe(
    'whether the truncated HMAC verifies with the keys of the connection; absent in v0 and in echoes, unverifiable where a key was not seen',
  ),
  hmac_form: z
    .enum(['rightmost64', 'leftmost64', 'rightmost64_of_160'])
    .nullable()
    .describe('which truncation verified; null when none did'),
  count: z.int().describe('times the option was seen').meta({ volatile: true }),
  seen_on: z
    .array(ConnectionName)
    .default(['page'])
    .describe('connections on which it was announced, sorted; earlier versions had only page'),
  joined: z
    .boolean()
    .nullable()
    .default(null)
    .describe(
      'the address accepted a subflow of the connection, with an HMAC that our kernel and the packets verify; null when it was not asked',
    ),
  joined_missing: JoinMissing.nullable().default('not_asked').describe('why joined is null; null where it is not'),
  join_failure: JoinFailure.nullable().default(null).describe('why joined is false; null unless it is'),
  join_reset_reason: z
    .int()
    .nullable()
    .default(null)
    .describe('reason in the MP_TCPRST that answered (RFC 8684, 3.6); null without one'),
});

const Time = z.string().describe('seconds since 1970, nine digits behind the point');

/** The connection that was silent first, as its program and the kernel saw it. The packets say the rest. */
export const HeldConnection = z.strictObject({
  local_address: Address.nullable().describe('our address'),
  local_port: Port.nullable().describe('our port'),
  outcome: ConnectOutcome.describe('how the attempt ended'),
  began_at: Time.nullable().describe('when the SYN left, seconds since 1970'),
  connected_at: Time.nullable().describe('when the connection was made, seconds since 1970'),
  silent_ms: z.int().nullable().describe('time from then to the end of the silence; null when not connected'),
  ended_by: HoldEnd.nullable().describe(
    'who ended the silence: us, after the hold time, or someone else; null when not connected',
  ),
  again_ms: z
    .int()
    .nullable()
    .describe(
      'second silence, after our first byte: a server that defers accepting announces nothing before it; null where nothing was sent',
    ),
  again_ended_by: HoldEnd.nullable().describe('who ended the second silence'),
  asked: z
    .boolean()
    .nullable()
    .describe('our SYN left with MP_CAPABLE, according to the kernel; null when it cannot tell: the packets can'),
  mptcp_at_start: z.boolean().nullable().describe('MPTCP (not plain TCP) after the handshake, according to the kernel'),
  mptcp_at_end: z
    .boolean()
    .nullable()
    .describe('the same at the end of the silence; null after a reset, which hides it'),
  token: z.string().nullable().describe('our token, 8 hex digits; null unless MPTCP at the end'),
  checksum: z.boolean().nullable().describe('MPTCP checksums are in use'),
  timestamps: z.boolean().nullable().describe('TCP timestamps are in use'),
  add_addr_accepted: z
    .int()
    .nullable()
    .describe('announced addresses that our kernel accepted; 0 while its limits are 0: not a count of announcements'),
  subflows: z.int().nullable().describe('further subflows'),
  rtt_us: z.int().nullable().describe('smoothed round trip time of the kernel'),
  volunteered: z.string().describe('the first 256 bytes that the server sent unprompted, hex'),
  volunteered_bytes: z.int().describe('total bytes that it sent unprompted'),
  tls: TlsOutcome.describe('TLS handshake after the silence'),
  tls_version: z.string().nullable().describe('negotiated version'),
  tls_error: z.string().nullable().describe("libssl's message about what went wrong"),
});

/** One real connection to an address and port, from its packets. */
export const HandshakeRecord = z.strictObject({
  address: Address.describe('the server address'),
  port: Port.describe('the server TCP port'),
  host: z.string().nullable().describe('name sent in the Host header; null when the address has none'),
  connected: z.boolean().describe('the three-way handshake completed'),
  http_status: z.int().nullable().describe('status of the first HTTP response'),
  http_status_missing: Missing.nullable().describe(
    'why http_status is null; not_applicable: no page is requested on this port',
  ),
  http_status_on: ConnectionName.nullable().describe(
    'connection that made the request: held, or one that requests at once',
  ),
  syn_option: z
    .string()
    .nullable()
    .describe(
      'MP_CAPABLE of our SYN in hex; null when the SYN that was answered carried none (RFC 8684, 3.8), or was not captured',
    ),
  syn_timestamps: z
    .boolean()
    .nullable()
    .describe(
      'the SYN that was answered carried TCP timestamps, beside which an IPv6 announcement with a port has no room; null when it was not captured',
    ),
  version: z.int().nullable().describe("MPTCP version in the server's SYN/ACK; null when it had no MP_CAPABLE"),
  synack_option: z.string().nullable().describe("MPTCP options of the server's SYN/ACK, hex").meta({ volatile: true }),
  sender_key: z.string().nullable().describe('our key, 16 hex digits').meta({ volatile: true }),
  receiver_key: z.string().nullable().describe("the server's key, 16 hex digits").meta({ volatile: true }),
  mptcp_data: z
    .boolean()
    .nullable()
    .describe(
      'the server sent a DSS option with data sequence numbers that its connection has: the data path speaks MPTCP',
    ),
  fallback: z.boolean().nullable().describe('a connection fell back to plain TCP although we asked for MPTCP'),
  fallback_missing: Missing.nullable().describe(
    'why fallback is null; not_asked: our own SYN left without MP_CAPABLE, because of this machine',
  ),
  fallback_on: z.array(ConnectionName).describe('connections that fell back, sorted'),
  announced: z.array(Announcement).describe('addresses that the server announced, by address_id'),
  mp_join_sent: z.int().describe('subflows that our kernel tried to add, each an MP_JOIN SYN'),
  mp_join_accepted: z.int().describe('SYN/ACKs with MP_JOIN that came back'),
  mp_join_verified: z.int().describe('of these, SYN/ACKs whose HMAC verifies with the keys of the connection'),
  mp_fail_sent: z
    .int()
    .describe('connections and subflows in which we sent MP_FAIL (the cases of the paper, section 4.3)'),
  mp_fail_received: z.int().describe('connections and subflows in which the server sent MP_FAIL'),
  mp_join_received: z.int().describe('subflows that the server tried to add, if they came to our ports'),
  mp_fastclose_sent: z.int().describe('connections and subflows in which we sent MP_FASTCLOSE'),
  mp_fastclose_received: z.int().describe('connections and subflows in which the server sent MP_FASTCLOSE'),
  rst_sent: z.int().describe('connections and subflows that we reset'),
  rst_received: z.int().describe('connections and subflows that were reset in the name of the server'),
  mp_tcprst_reasons: z
    .array(z.int())
    .describe('reasons in MP_TCPRST options from the server, sorted, unique (RFC 8684, 3.6)'),
  mp_tcprst_sent_reasons: z.array(z.int()).describe('the same for our own'),
  held_ms: z
    .int()
    .nullable()
    .describe(
      'time from SYN to the first FIN, RST or DATA_FIN, or to the last packet, of the held connection where there is one',
    )
    .meta({ volatile: true }),
  hold_held: z.boolean().nullable().describe('the connection stayed open for the hold time asked for'),
  held: HeldConnection.nullable()
    .describe('the connection that was silent first; null in runs with `hold_first: false`')
    .meta({ volatile: true }),
  failure: Missing.nullable().describe('null when connected, else why not'),
});
export type HandshakeRecord = z.infer<typeof HandshakeRecord>;
