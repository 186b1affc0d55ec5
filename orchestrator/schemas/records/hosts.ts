import { z } from 'zod';
import {
  Classification,
  ControlKind,
  DrawnAs,
  EchoCause,
  Hmac,
  JoinFailure,
  JoinMissing,
  Missing,
  QuoteShows,
  RuleSetName,
  Rung,
  Scope,
  VanishCause,
  VerdictName,
} from '../lists.ts';

/** The claim about one address, port and MPTCP version, with the rules that led to it (verdict.ts). */
export const Verdict = z.strictObject({
  verdict: VerdictName.describe('the claim'),
  rung: Rung.describe('how far the evidence for it goes'),
  rules: z.array(z.string()).describe('rules that applied, in order'),
  flags: z.string().nullable().describe("flags octet of the server's MP_CAPABLE, two hex digits; null without one"),
  replies: z.array(Classification).describe('classifications of the replies, sorted, unique'),
  rule_set: RuleSetName.describe('the rule set that gave it; ours unless a replay asked for that of another study'),
  rules_version: z.int().describe('version of these rules, incremented with every change that can alter a verdict'),
});
export type Verdict = z.infer<typeof Verdict>;

const missing = (field: string) => Missing.nullable().describe(`why ${field} is null`);

const asn = (what: string) => z.int().nullable().describe(`origin AS of ${what}; null where it is not known`);

/** The fields of a HopsRecord that locate a box, with the ASes of the hops beside it. */
export const Way = z.strictObject({
  probe: z.string().describe('kind of SYN: v1 or v0'),
  drawn_as: DrawnAs.describe('the sample that it belongs to'),
  last_intact_ttl: z.int().nullable().describe('TTL of the last hop that our option reached unchanged'),
  last_intact_asn: asn('that hop'),
  first_changed_ttl: z.int().nullable().describe('TTL of the first hop that it reached changed'),
  first_changed_asn: asn('that hop'),
  first_changed_shows: QuoteShows.nullable().describe('what it shows'),
  answered_ttl: z.int().nullable().describe('lowest TTL at which the SYN was answered'),
  hop_before_asn: asn('the last hop before that'),
  echo_expired_ttl: z.int().nullable().describe('largest TTL at which an echo request expired on the way'),
  cause: VanishCause.nullable().describe('why the SYN/ACK has no option of kind 30, where that is certain'),
  nearer: z.int().describe('at least how many hops closer than the address whoever answered the SYN is'),
});

/** One address and port that answered anything: evidence summed up, claims, and what else is known of the address. */
export const HostsRecord = z.strictObject({
  address: z.string().describe('the address'),
  port: z.int().describe('the TCP port'),
  family: z.union([z.literal(4), z.literal(6)]).describe('address family: IPv4 or IPv6'),
  v1: Verdict.nullable().describe('claim for MPTCP v1 (RFC 8684)'),
  v1_missing: missing('v1'),
  v0: Verdict.nullable().describe('claim for MPTCP v0 (RFC 6824)'),
  v0_missing: missing('v0'),
  cause: EchoCause.nullable().describe(
    'what made an echo of our option, where that is certain; null where it is not, and where nothing is an echo',
  ),
  domains: z
    .array(
      z.strictObject({
        name: z.string().describe('list entry, without www'),
        rank: z.int().nullable().describe('rank in the first list of the run'),
        www: z.boolean().describe('reached only through the www. variant of the entry'),
      }),
    )
    .describe('list entries that resolved to the address, by rank'),
  announced: z
    .array(
      z.strictObject({
        address: z.string().describe('announced address'),
        port: z.int().nullable().describe('announced port'),
        scope: Scope.describe('where it can be reached from'),
        hmac: Hmac.describe('whether its HMAC verified'),
        asn: z.int().nullable().describe('origin AS of the announced address; null for addresses that are not global'),
        resolved: z
          .boolean()
          .nullable()
          .describe('a name of the list resolved to the announced address; null when the targets were not names'),
        country: z.string().nullable().describe('ISO country code of the announced address (geolocation)'),
        latitude: z.number().nullable().describe('degrees north, of the announced address'),
        longitude: z.number().nullable().describe('degrees east, of the announced address'),
        joined: z
          .boolean()
          .nullable()
          .default(null)
          .describe('it accepted a subflow of the connection with a verified HMAC; null when it was not asked'),
        joined_missing: JoinMissing.nullable()
          .default('not_asked')
          .describe('why joined is null; null where it is not'),
        join_failure: JoinFailure.nullable().default(null).describe('why joined is false; null unless it is'),
        join_reset_reason: z
          .int()
          .nullable()
          .default(null)
          .describe('reason in the MP_TCPRST that answered; null without one'),
      }),
    )
    .nullable()
    .describe('addresses announced with ADD_ADDR; null when no connection was tried'),
  announced_missing: missing('announced'),
  connected: z.boolean().nullable().describe('a full TCP connection was made'),
  connected_missing: missing('connected'),
  held_to_end: z
    .boolean()
    .nullable()
    .describe('the connection stayed open for the whole hold: addresses not announced by then count as not announced'),
  held_to_end_missing: missing('held_to_end'),
  fallback: z.boolean().nullable().describe('the connection fell back to plain TCP'),
  fallback_missing: missing('fallback'),
  mp_fail: z
    .int()
    .nullable()
    .describe('connection and subflows on which our side sent MP_FAIL, the count of the paper (section 4.3)'),
  mp_fail_missing: missing('mp_fail'),
  asn: z.int().nullable().describe('origin AS'),
  asn_missing: missing('asn'),
  prefix: z.string().nullable().describe('matching prefix'),
  as_name: z.string().nullable().describe('AS name, from the registry, else from the names file'),
  as_name_missing: missing('as_name'),
  registry_country: z.string().nullable().describe('country of registration (whois)'),
  registry_country_missing: missing('registry_country'),
  country: z.string().nullable().describe('ISO country code (geolocation)'),
  country_missing: missing('country'),
  city: z.string().nullable().describe('city (geolocation)'),
  latitude: z.number().nullable().describe('degrees north'),
  longitude: z.number().nullable().describe('degrees east'),
  os: z
    .array(
      z.strictObject({
        name: z.string().describe('candidate'),
        accuracy: z.int().describe('percent'),
        family: z
          .string()
          .nullable()
          .describe('operating system family of its first class; null where the candidate has no class'),
        vendor: z.string().nullable().describe('vendor of its first class; null where the candidate has no class'),
      }),
    )
    .nullable()
    .describe('operating system candidates'),
  os_missing: missing('os'),
  control: ControlKind.nullable()
    .default(null)
    .describe(
      'drawn as a control: it answered without an option (plain), with ours (echo), or in a way that shows nothing (unknown); null for all others',
    )
    .meta({ volatile: true }),
  syn_rtt_us: z.number().nullable().describe('smallest SYN to SYN/ACK time, microseconds').meta({ volatile: true }),
  syn_rtt_us_missing: missing('syn_rtt_us'),
  first_reply_at: z.string().describe('arrival of the first reply to a SYN, UTC, ISO 8601').meta({ volatile: true }),
  last_reply_at: z.string().describe('arrival of the last reply to a SYN, UTC, ISO 8601').meta({ volatile: true }),
  ping_rtt_us: z.number().nullable().describe('smallest ICMP echo time, microseconds').meta({ volatile: true }),
  ping_rtt_us_missing: missing('ping_rtt_us'),
  pairs: z
    .int()
    .nullable()
    .describe('rounds in which a SYN and an echo request were both answered')
    .meta({ volatile: true }),
  pair_ratio: z
    .number()
    .nullable()
    .describe("the SYN's round trip as a share of the echo's in the same round, median")
    .meta({ volatile: true }),
  pair_gap_us: z
    .number()
    .nullable()
    .describe('how much shorter it is, microseconds, median; negative: longer')
    .meta({ volatile: true }),
  nearer: z
    .boolean()
    .nullable()
    .describe("both are beyond what the run's plain controls show: a box on the path answers for the address")
    .meta({ volatile: true }),
  path_control: ControlKind.nullable()
    .describe('the address was pinged as a control of this kind')
    .meta({ volatile: true }),
  ways: z
    .array(Way)
    .nullable()
    .describe('what SYNs of increasing TTL showed about the path, one for each probe that was swept; only a sample is')
    .meta({ volatile: true }),
  ways_missing: missing('ways').meta({ volatile: true }),
  run: z.string().describe('name of the run').meta({ volatile: true }),
  vantage: z.string().describe('host name of the machine that made the run').meta({ volatile: true }),
});
export type HostsRecord = z.infer<typeof HostsRecord>;
