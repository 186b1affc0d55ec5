import { z } from 'zod';
import { quotedFields } from '../../mptcp/quoted.ts';
import { DrawnAs, Missing, QuoteShows, VanishCause } from '../lists.ts';
import { Address, Hex, Port } from '../values.ts';

const ttl = (what: string) => z.int().min(1).max(255).nullable().describe(what);

const Hop = z.strictObject({
  ttl: z.int().min(1).max(255).describe('TTL or hop limit of the SYN'),
  address: Address.describe('who sent the ICMP error'),
  icmp_type: z.int().describe('its type'),
  icmp_code: z.int().describe('its code'),
  shows: QuoteShows.nullable().describe(
    'what became of our MPTCP option on the way there; null: the quote is no packet',
  ),
  differs: z.array(z.enum(quotedFields)).describe('what else of the quoted SYN is not as it was sent'),
  reply_ttl: z
    .int()
    .min(0)
    .max(255)
    .nullable()
    .describe('TTL or hop limit of the error on arrival; null where the program does not tell'),
  rtt_us: z.number().min(0).nullable().describe('round trip to the hop, microseconds').meta({ volatile: true }),
});

/** The way to one endpoint, asked with SYNs of growing TTL (Tracebox) and with echo requests beside them (paper, section 5.3). */
export const HopsRecord = z.strictObject({
  address: Address.describe('the address asked'),
  port: Port.describe('the TCP port'),
  probe: z.string().describe('kind of SYN: v1 or v0'),
  drawn_as: DrawnAs.describe('what the scan and the handshake showed of it: the sample that it is of'),
  hops: z
    .array(Hop)
    .describe(
      'errors that quoted the SYN, by TTL; who says that an address cannot be reached says it at every TTL from its own on',
    )
    .meta({ volatile: true }),
  last_intact_ttl: ttl('TTL of the last hop that our option reached as it was sent'),
  last_intact: Address.nullable().describe('that hop'),
  first_changed_ttl: ttl('TTL of the first hop that it reached otherwise, with none behind it that had it as sent'),
  first_changed: Address.nullable().describe(
    'that hop: what changed the option stands behind last_intact and before it',
  ),
  first_changed_shows: QuoteShows.nullable().describe('what it shows'),
  contradicted: z.int().min(0).describe('hops that quoted it otherwise though one behind them had it as it was sent'),
  answer: z
    .enum(['synack', 'rst', 'unreachable'])
    .nullable()
    .describe('what came at answered_ttl; null where the program does not tell, too'),
  answered_ttl: ttl('least TTL at which the SYN was answered'),
  answer_option: Hex.nullable()
    .describe('first option of kind 30 in that SYN/ACK; null when there is none')
    .meta({ volatile: true }),
  answer_window: z.int().nullable().describe('its TCP window, unscaled'),
  answer_order: z.string().nullable().describe('its TCP options in order'),
  answer_reply_ttl: z.int().min(0).max(255).nullable().describe('its TTL or hop limit on arrival'),
  hop_before: Address.nullable().describe('last hop that quoted the SYN at a smaller TTL than answered_ttl'),
  echo_ttl: ttl('least TTL at which an ICMP echo request was answered by the address itself'),
  echo_expired_ttl: ttl('largest TTL at which one expired on its way'),
  echo_expired: Address.nullable().describe('who said that it expired'),
  cause: VanishCause.nullable().describe('why the SYN/ACK has no option of kind 30, where that is sure'),
  nearer: z
    .int()
    .min(0)
    .describe(
      'hops, at least, that whoever answered the SYN is nearer than the address: echo_expired_ttl - answered_ttl + 1; 0: not shown',
    ),
  failure: Missing.nullable().describe('timeout when nothing on the way answered'),
});
export type HopsRecord = z.infer<typeof HopsRecord>;
