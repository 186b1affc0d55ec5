import { z } from 'zod';

/** What one reply shows (the module's word; closed list, docs/methods.md). */
export const Classification = z.enum([
  'synack_no_option',
  'mp_capable',
  'echoed',
  'version_mismatch',
  'malformed',
  'other_subtype',
  'mp_tcprst',
  'rst',
  'icmp_unreachable',
  'icmp_ttl_exceeded',
]);
export type Classification = z.infer<typeof Classification>;

/** Replies that are a SYN/ACK: the denominator of all shares. A RST or an ICMP error does not answer MP_CAPABLE. */
export const SynAck = Classification.extract([
  'synack_no_option',
  'mp_capable',
  'echoed',
  'version_mismatch',
  'malformed',
  'other_subtype',
]);

/** SYN/ACKs with an MPTCP option in them, whatever it is. */
export const OfferedOption = SynAck.exclude(['synack_no_option']);

/** What an address and port is, per MPTCP version. Only verdict.ts gives it. */
export const VerdictName = z.enum([
  'capable',
  'echoed_option',
  'inconsistent',
  'not_offered',
  'refused',
  'silent',
  'malformed',
  'unknown',
]);
export type VerdictName = z.infer<typeof VerdictName>;

/** Tables of rules that replies can be judged by: ours, and those of studies before (evidence/rule-sets/). */
export const RuleSetName = z.enum(['ours', 'mehani2015', 'erratum2015']);
export type RuleSetName = z.infer<typeof RuleSetName>;

/** How far the evidence goes. Names, never compared as numbers outside verdict.ts. */
export const Rung = z.enum([
  'none',
  'syn_ack',
  'fresh_key',
  'second_opinion',
  'connection',
  'add_addr_hmac',
  'join_hmac',
]);
export type Rung = z.infer<typeof Rung>;

/** Rungs from which a capable endpoint counts as confirmed: a connection in MPTCP was made, and more. */
export const ConfirmedRung = Rung.extract(['connection', 'add_addr_hmac', 'join_hmac']);

/** Why a value is null, and why a unit failed: one closed list. */
export const Missing = z.enum([
  'not_measured',
  'not_sent',
  'not_asked',
  'not_returned',
  'timeout',
  'refused',
  'unreachable',
  'no_data',
  'registered_only',
  'rejected',
  'not_applicable',
]);
export type Missing = z.infer<typeof Missing>;

/** What an endpoint is a control of: it answered without an option, with ours returned, or in a way that shows neither (stages/units/controls.ts). */
export const ControlKind = z.enum(['plain', 'echo', 'unknown']);
export type ControlKind = z.infer<typeof ControlKind>;

/** Where an announced address can be reached from (RFC 6890 registries; a lab profile declares its own ranges global). */
export const Scope = z.enum(['global', 'private', 'shared', 'link_local', 'loopback', 'documentation', 'reserved']);
export type Scope = z.infer<typeof Scope>;

/** Whether the HMAC of an announced address verified (RFC 8684, 3.4.1); unverifiable: the capture holds not both keys. */
export const Hmac = z.enum(['valid', 'invalid', 'absent', 'unverifiable']);
export type Hmac = z.infer<typeof Hmac>;

/** How the attempt to connect ended. What this machine cannot do is an error, and no outcome. */
export const ConnectOutcome = z.enum(['connected', 'refused', 'timeout', 'unreachable']);
export type ConnectOutcome = z.infer<typeof ConnectOutcome>;

/** Who ended the silence of a held connection: we after the time asked for, the server in order or by a reset, or nobody who says so (lost). */
export const HoldEnd = z.enum(['us', 'server', 'reset', 'lost']);
export type HoldEnd = z.infer<typeof HoldEnd>;

/** What became of the TLS handshake after a hold; none: what came was no TLS, or none that libssl speaks. */
export const TlsOutcome = z.enum(['not_asked', 'done', 'alert', 'closed', 'reset', 'timeout', 'none']);
export type TlsOutcome = z.infer<typeof TlsOutcome>;

/** Connections that an endpoint gets: one that stays silent first, and one that asks for a page at once. */
export const ConnectionName = z.enum(['held', 'page']);
export type ConnectionName = z.infer<typeof ConnectionName>;

/**
 * Why an announced address was not asked for a subflow, or what became of that is not known: not_asked: nobody wanted to, or it was
 * announced on a connection that was not held; not_heard: the kernel told nobody of it, as of one whose HMAC is wrong; not_global, blocked,
 * opted_out: it may be sent nothing; budget: its one SYN was sent, whoever announced it first; interrupted: it was sent by a part that was
 * ended, and nobody knows what came back; denied: the server
 * wants no joins to the address and port that was asked (the C flag); too_many: of one connection; too_late: the
 * connection was over; no_room: too many at once; no_route: to its family; here: this machine could not; not_captured: its packets were lost.
 */
export const JoinMissing = z.enum([
  'not_asked',
  'not_heard',
  'not_global',
  'blocked',
  'opted_out',
  'budget',
  'interrupted',
  'denied',
  'too_many',
  'too_late',
  'no_room',
  'no_route',
  'here',
  'not_captured',
]);
export type JoinMissing = z.infer<typeof JoinMissing>;

/**
 * Why an announced address that was asked gave no subflow. refused: a RST without a reason; reset: one with MP_TCPRST; no_option: a SYN/ACK
 * without MP_JOIN; hmac: one whose HMAC is not that of the connection; unreachable: an ICMP error; cut_short: we ended it before an answer.
 */
export const JoinFailure = z.enum(['timeout', 'refused', 'reset', 'no_option', 'hmac', 'unreachable', 'cut_short']);
export type JoinFailure = z.infer<typeof JoinFailure>;

/** What became of our MPTCP option on the way to a hop that quotes it. too_short: the quote ends before the option. */
export const QuoteShows = z.enum(['intact', 'moved', 'changed', 'stripped', 'too_short']);
export type QuoteShows = z.infer<typeof QuoteShows>;

/** Which sample an endpoint was drawn into for the stage hops, by what scan and handshake showed of it. */
export const DrawnAs = z.enum(['echoed', 'inconsistent', 'fallback', 'capable', 'not_offered', 'unknown']);
export type DrawnAs = z.infer<typeof DrawnAs>;

/** What made an echo of our option (evidence/boxes/causes.ts). */
export const EchoCause = z.enum(['syn_reflected', 'everything_returned', 'option_appended', 'option_padded']);
export type EchoCause = z.infer<typeof EchoCause>;

/** Why an option that we sent is not in the SYN/ACK (evidence/boxes/vanished.ts). */
export const VanishCause = z.enum(['stripped_on_path', 'syn_proxy']);
export type VanishCause = z.infer<typeof VanishCause>;
