import { z } from 'zod';
import { Hmac, Missing, Scope } from '../lists.ts';
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
});

/** One real connection to an address and port, from its packets. */
export const HandshakeRecord = z.strictObject({
  address: Address.describe('the server address'),
  port: Port.describe('the server TCP port'),
  host: z.string().nullable().describe('name sent in the Host header; null when the address has none'),
  connected: z.boolean().describe('the three-way handshake completed'),
  http_status: z.int().nullable().describe('status of the first HTTP answer'),
  http_status_missing: Missing.nullable().describe('why http_status is null'),
  syn_option: z
    .string()
    .nullable()
    .describe(
      'MP_CAPABLE of our SYN in hex; null when the SYN that was answered carried none (RFC 8684, 3.8), or was not captured',
    ),
  version: z.int().nullable().describe("MPTCP version in the server's SYN/ACK; null when it had no MP_CAPABLE"),
  synack_option: z
    .string()
    .nullable()
    .describe("MPTCP options of the server's SYN/ACK in hex")
    .meta({ volatile: true }),
  sender_key: z.string().nullable().describe('our key, 16 hex digits').meta({ volatile: true }),
  receiver_key: z.string().nullable().describe("the server's key, 16 hex digits").meta({ volatile: true }),
  mptcp_data: z.boolean().nullable().describe('the server sent a DSS option: the data path speaks MPTCP'),
  fallback: z.boolean().nullable().describe('the connection went on as plain TCP although we asked for MPTCP'),
  fallback_missing: Missing.nullable().describe('why fallback is null'),
  announced: z.array(Announcement).describe('addresses that the server announced, by address_id'),
  mp_join_sent: z.int().describe('subflows that our kernel tried to add, each an MP_JOIN SYN'),
  mp_join_accepted: z.int().describe('SYN/ACKs with MP_JOIN that came back'),
  mp_join_verified: z.int().describe('of these, SYN/ACKs whose HMAC verifies with the keys of the connection'),
  mp_fail_sent: z
    .int()
    .describe('connections and subflows in which we sent MP_FAIL (the cases of the paper, section 4.3)'),
  mp_fail_received: z.int().describe('connections and subflows in which the server sent MP_FAIL'),
  mp_tcprst_reasons: z
    .array(z.int())
    .describe('reasons in MP_TCPRST options from the server, sorted, unique (RFC 8684, 3.6)'),
  held_ms: z
    .int()
    .nullable()
    .describe('time from SYN to the first FIN, RST or DATA_FIN, or to the last packet')
    .meta({ volatile: true }),
  hold_held: z.boolean().nullable().describe('the connection stayed open for the hold time asked for'),
  failure: Missing.nullable().describe('null when connected, else why not'),
});
export type HandshakeRecord = z.infer<typeof HandshakeRecord>;
