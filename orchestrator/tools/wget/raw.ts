import { z } from 'zod';
import { Stream } from '../../connection/streams.ts';
import { ConnectOutcome, JoinMissing, TlsOutcome } from '../../schemas/lists.ts';

/** How one wget process went. */
export const WgetRun = z.looseObject({
  address: z.string().describe('address of the endpoint'),
  port: z.int().describe('port of the endpoint'),
  exit_code: z.int().nullable().describe('exit code; null when we ended it'),
  ended: z
    .enum(['itself', 'failed', 'limit'])
    .describe(
      'itself: it ended; failed: ended by us after a failed connection; limit: ended by us for taking too long',
    ),
  log: z.string().describe('what it printed, its first lines'),
});
export type WgetRun = z.infer<typeof WgetRun>;

const Time = z.string().regex(/^\d+\.\d{9}$/, 'expected seconds since 1970 with nine digits behind the point');
const By = z.enum(['us', 'server', 'reset', 'limit', 'opt_out', 'stop']);

/** How one connection of the connector went, as mptcp-connect prints it (zmap-module/README.md). */
export const ConnectorRun = z.looseObject({
  address: z.string().describe('address of the endpoint'),
  port: z.int().describe('port of the endpoint'),
  local_address: z.string().nullable().describe('our address; null when there was no socket'),
  local_port: z.int().nullable().describe('our port'),
  outcome: z
    .enum([...ConnectOutcome.options, 'here', 'undone'])
    .describe('how the attempt ended; here: this machine could not; undone: we ended it before'),
  errno: z.int().describe("the kernel's number for why; 0: none"),
  began: Time.nullable().describe('when the connection was begun'),
  connected_at: Time.nullable().describe('when it was made'),
  hold_ended_at: Time.nullable().describe('when its silence ended'),
  spoke_at: Time.nullable().describe('when we had sent what makes a deferring server accept, and were silent again'),
  again_ended_at: Time.nullable().describe('when that second silence ended'),
  ended_at: Time.nullable().describe('when it was given up'),
  hold_ended_by: By.nullable().describe('who ended its silence'),
  again_ended_by: By.nullable().describe('who ended the second'),
  ended_by: By.nullable().describe('who ended it'),
  asked: z.boolean().nullable().describe('whether the SYN left with MP_CAPABLE, by the kernel; null: it cannot tell'),
  mptcp_at_start: z.boolean().nullable().describe('MPTCP or plain TCP after the handshake, by the kernel'),
  mptcp_at_end: z.boolean().nullable().describe('the same at the end of the hold; null after a reset'),
  checksum: z.boolean().nullable().describe('whether checksums are in use'),
  timestamps: z.boolean().nullable().describe('whether TCP timestamps are in use'),
  rtt_us: z.int().describe('smoothed round trip; 0: unknown'),
  flags: z.int().describe('mptcpi_flags'),
  token: z.string().describe('our token'),
  add_addr_signal: z.int().describe('addresses that we announced'),
  add_addr_accepted: z.int().describe('announced addresses that the path manager took'),
  subflows: z.int().describe('further subflows'),
  subflow_ends: z.array(z.string()).describe('local address and port, remote address and port of each subflow'),
  first_at: Time.nullable().describe('when the server first said something unasked'),
  received: z.int().describe('bytes that it said unasked'),
  first: z
    .string()
    .regex(/^([0-9a-f]{2}){0,256}$/)
    .describe('the first of them in hex'),
  page_bytes: z.int().describe('bytes of the page that was asked for'),
  tls: TlsOutcome.describe('the TLS handshake after the hold'),
  tls_version: z.string().nullable().describe('negotiated version'),
  tls_error: z.string().nullable().describe("libssl's message about what went wrong"),
  status: z.int().nullable().describe('status of the HTTP answer'),
});
export type ConnectorRun = z.infer<typeof ConnectorRun>;

/** What became of one announcement, as mptcp-join prints it (zmap-module/README.md). */
export const JoinRun = z.looseObject({
  address: z.string().describe('address of the endpoint that announced'),
  port: z.int().describe('port of the endpoint'),
  held_port: z.int().describe('our port of the held connection'),
  token: z.string().describe('our token of that connection'),
  id: z.int().describe('address identifier'),
  announced: z.string().describe('announced address'),
  announced_port: z.int().describe('announced port, or that of the connection'),
  decision: z
    .enum(['asked', ...JoinMissing.exclude(['not_asked', 'not_heard', 'not_captured']).options])
    .describe('whether it was asked, or why not'),
  errno: z.int().describe("the kernel's number for why it was not made; 0: none"),
  from_address: z.string().nullable().describe('our address of the subflow; null when it was not asked'),
  from_port: z.int().nullable().describe('our port of the subflow'),
  began: Time.nullable().describe('when its SYN left'),
  made: z.boolean().nullable().describe('whether our kernel took the answer, HMAC and all'),
  reset_reason: z.int().nullable().describe('reason of a reset, by the kernel'),
  ended_by: z
    .enum(['us', 'limit', 'there', 'close', 'opt_out', 'stop'])
    .nullable()
    .describe('who ended it; limit: no answer in time; close: its connection ended first'),
});
export type JoinRun = z.infer<typeof JoinRun>;

/** All that was seen of one endpoint. */
export const WgetRaw = z.looseObject({
  address: z.string().describe('address of the endpoint'),
  port: z.int().describe('port of the endpoint'),
  host: z.string().nullable().describe('name sent in the Host header'),
  run: WgetRun.nullable().describe('how the process went; null where none was started'),
  streams: z.array(Stream).describe("wget's connections to the endpoint, in the order of their SYNs"),
  hold: ConnectorRun.nullable().optional().describe('how the held connection went; absent in runs that held none'),
  held: z.array(Stream).optional().describe('the held connection; empty when none of its packets were captured'),
  join_runs: z
    .array(JoinRun)
    .optional()
    .describe('what became of addresses announced on the held connection; absent in runs that asked none'),
  joins: z.array(Stream).describe('subflows that either side tried to add to any of them, to whatever address'),
});
export type WgetRaw = z.infer<typeof WgetRaw>;
