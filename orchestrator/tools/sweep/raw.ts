import { z } from 'zod';
import { DrawnAs } from '../../schemas/lists.ts';
import { Address, Hex } from '../../schemas/values.ts';

/** One answer as mptcp-sweep prints it (zmap-module/sweep/output.c). */
export const Answer = z.looseObject({
  answer: z.enum(['ttl_exceeded', 'unreachable', 'synack', 'rst', 'echo_reply']).describe('what came'),
  address: Address.describe('whom the probe was sent to'),
  port: z.int().describe('the TCP port; 0 of an echo request'),
  probe: z.string().describe('kind of SYN, or echo'),
  ttl: z.int().min(1).max(63).describe('TTL of the probe'),
  pass: z.int().nullable().describe('which time it was asked, from 0; null: the quote does not tell'),
  from: Address.describe('who sent the answer'),
  reply_ttl: z.int().describe('its TTL on arrival'),
  rtt_us: z.number().nullable().describe('microseconds from the probe to it'),
  icmp_type: z.int().nullable().describe('of an ICMP error'),
  icmp_code: z.int().nullable().describe('of an ICMP error'),
  sent: Hex.describe('our packet from its IP header on'),
  quote: Hex.nullable().describe('what the ICMP error quotes'),
  packet: Hex.nullable().describe('the answer itself, to the end of its headers'),
});
export type Answer = z.infer<typeof Answer>;

/** What mptcp-sweep counts at its end. */
export const Counts = z.looseObject({
  targets: z.int().describe('lines that it was given and has a route for'),
  no_route: z.int().describe('lines without a route'),
  sent: z.int().describe('packets'),
  opted_out: z.int().describe('packets that were not sent to whom had opted out'),
  send_failures: z.int().describe('packets that the kernel refused'),
  answers: z.int().describe('lines of answers'),
  repeats: z.int().describe('answers beyond the fourth of a probe'),
  strangers: z.int().describe('packets that were no answer to it'),
  received: z.int().describe('packets that it was handed'),
  kernel_dropped: z.int().describe('packets that the kernel had no room for'),
  resets: z.int().describe('connections that it ended'),
  kernel_resets: z.int().describe('connections that the kernel ended'),
});
export type Counts = z.infer<typeof Counts>;

/** All answers to what was asked of one way. */
export const SweepRaw = z.looseObject({
  address: Address,
  port: z.int(),
  probe: z.string(),
  drawn_as: DrawnAs,
  answers: z.array(Answer).describe('to the SYNs'),
  echoes: z.array(Answer).describe('to the echo requests to the address'),
});
export type SweepRaw = z.infer<typeof SweepRaw>;
