import { z } from 'zod';
import { quotedFields } from '../../mptcp/quoted.ts';
import { DrawnAs, Missing, QuoteShows, VanishCause } from '../lists.ts';
import { Address, Hex, Port } from '../values.ts';

const ttl = (what: string) => z.int().min(1).max(255).nullable().describe(what);

const Hop = z.strictObject({
  ttl: z.int().min(1).max(255).describe('TTL or hop limit of the SYN'),
  address: Address.describe('address that sent the ICMP error'),
  icmp_type: z.int().describe('its type'),
  icmp_code: z.int().describe('its code'),
  shows: QuoteShows.nullable().describe(
    'what became of our MPTCP option on the path there; null: the quote is not a packet',
  ),
  differs: z.array(z.enum(quotedFields)).describe('what else in the quoted SYN differs from what was sent'),
  reply_ttl: z
    .int()
    .min(0)
    .max(255)
    .nullable()
    .describe('TTL or hop limit of the error on arrival; null where the program does not say'),
  rtt_us: z.number().min(0).nullable().describe('round trip to the hop, microseconds').meta({ volatile: true }),
});

/** The way to one endpoint, asked with SYNs of growing TTL (Tracebox) and with echo requests beside them (paper, section 5.3). */
export const HopsRecord = z.strictObject({
  address: Address.describe('the address asked'),
  port: Port.describe('the TCP port'),
  probe: z.string().describe('kind of SYN: v1 or v0'),
  drawn_as: DrawnAs.describe('what the scan and the handshake showed about it: the sample that it belongs to'),
  hops: z
    .array(Hop)
    .describe(
      'errors that quoted the SYN, by TTL; a router that reports the address as unreachable does so at every TTL from its own on',
    )
    .meta({ volatile: true }),
  last_intact_ttl: ttl('TTL of the last hop that our option reached unchanged'),
  last_intact: Address.nullable().describe('that hop'),
  first_changed_ttl: ttl('TTL of the first hop that it reached changed, with no hop behind it that had it as sent'),
  first_changed: Address.nullable().describe('that hop: what changed the option is between last_intact and this hop'),
  first_changed_shows: QuoteShows.nullable().describe('what it shows'),
  contradicted: z.int().min(0).describe('hops that quoted it changed although one behind them had it as sent'),
  answer: z
    .enum(['synack', 'rst', 'unreachable'])
    .nullable()
    .describe('what came at answered_ttl; null also where the program does not say'),
  answered_ttl: ttl('lowest TTL at which the SYN was answered'),
  answer_option: Hex.nullable()
    .describe('first option of kind 30 in that SYN/ACK; null when there is none')
    .meta({ volatile: true }),
  answer_window: z.int().nullable().describe('its TCP window, unscaled'),
  answer_order: z.string().nullable().describe('its TCP options in order'),
  answer_reply_ttl: z.int().min(0).max(255).nullable().describe('its TTL or hop limit on arrival'),
  hop_before: Address.nullable().describe('last hop that quoted the SYN at a smaller TTL than answered_ttl'),
  echo_ttl: ttl('lowest TTL at which an ICMP echo request was answered by the address itself'),
  echo_expired_ttl: ttl('largest TTL at which one expired on the way'),
  echo_expired: Address.nullable().describe('address that reported it as expired'),
  cause: VanishCause.nullable().describe('why the SYN/ACK has no option of kind 30, where that is certain'),
  nearer: z
    .int()
    .min(0)
    .describe(
      'at least how many hops closer than the address whoever answered the SYN is: echo_expired_ttl - answered_ttl + 1; 0: not shown',
    ),
  failure: Missing.nullable().describe('timeout when nothing on the path answered'),
});
export type HopsRecord = z.infer<typeof HopsRecord>;
