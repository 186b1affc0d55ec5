import { z } from 'zod';
import { parseAddress } from '../address/ip.ts';
import { Clients } from '../clients/config.ts';
import { bytesOf } from '../core/database/memory.ts';
import { Budget } from './budget.ts';
import { CanaryChoice } from './canary.ts';
import { eachOnce } from './each-once.ts';
import { Asn } from './sections/asn.ts';
import { confirmSchema } from './sections/confirm.ts';
import { canJoin, holdFirstKeys } from './sections/handshake.ts';
import { HopsChoice } from './sections/hops.ts';
import { RescanChoice } from './sections/rescan.ts';
import { Sentinels } from './sentinels.ts';
import { Targets } from './targets.ts';
import { toolChoice } from './tool-choice.ts';

/** Times are text with a unit in a configuration file, and numbers in a manifest. */
function secondsSchema(numbers: boolean) {
  const isTime = (value: unknown) =>
    typeof value === 'string' ? /^\d+(\.\d+)?s$/.test(value) : numbers && typeof value === 'number';
  return z
    .custom<string | number>(isTime, 'expected a time in seconds, such as 5s')
    .transform((value) => (typeof value === 'number' ? value : Number(value.slice(0, -1))));
}
type Seconds = ReturnType<typeof secondsSchema>;

const text = z.string().min(1);

const Parts = z.strictObject({
  targets: z.int().positive().default(200_000),
  resolve: z.int().positive().default(200_000),
  scan: z.int().positive().default(1_000_000),
  confirm: z.int().positive().default(1_000_000),
  handshake: z.int().positive().default(5_000),
  asn: z.int().positive().default(200_000),
  whois: z.int().positive().default(10_000),
  geo: z.int().positive().default(200_000),
  os: z.int().positive().default(64),
  path: z.int().positive().default(20_000),
  hops: z.int().positive().default(5_000),
  rescan: z.int().positive().default(1_000_000),
});

/** An address, for IPv6 with or without a zone. A name would itself need a resolver. */
const isResolver = (text: string) => parseAddress(text.replace(/(?<=:[^%]*)%[\w.-]+$/, '')) !== null;

function osSchema(seconds: Seconds) {
  const Fingerprint = z.strictObject({ tool: toolChoice(['nmap']), host_timeout: seconds.prefault('120s') });
  return z
    .union([z.literal(false), Fingerprint, z.literal(true).transform(() => Fingerprint.parse({}))])
    .default(false)
    .describe('operating system detection: slow and intrusive, so off by default');
}

function scanSchema(seconds: Seconds) {
  return z
    .strictObject({
      tool: toolChoice(['zmap']),
      ports: eachOnce(z.array(z.int().min(1).max(65535)).min(1)).default([80]),
      versions: eachOnce(z.array(z.union([z.literal(0), z.literal(1)])).min(1))
        .default([1, 0])
        .describe('MPTCP versions; each gets its own probe'),
      rate: z.int().positive().nullable().default(null).describe('packets per second on the wire, all probes together'),
      blocklist: text.nullable().default(null).describe('file of addresses, prefixes and ranges that are never probed'),
      addresses_per_name: z
        .int()
        .positive()
        .default(100)
        .describe('maximum number of addresses probed per name and record type; some names have thousands'),
      reread: seconds
        .refine((every) => every > 0 && every <= 30, 'more than 0s and at most 30s: opt-outs hold within a minute')
        .prefault('10s')
        .describe('how often the blocklist is reread while a run is sending'),
      interface: text.nullable().default(null).describe('network interface; null: the one of the default route'),
      gateway_mac: z
        .string()
        .regex(/^([0-9a-f]{1,2}:){5}[0-9a-f]{1,2}$/i, 'expected a hardware address, such as 02:00:00:00:00:01')
        .nullable()
        .default(null)
        .describe('MAC address of the gateway; null: taken from the kernel'),
      canary: CanaryChoice,
      cooldown: seconds.prefault('8s').describe('how long to wait for late replies'),
      retries: z
        .int()
        .min(0)
        .max(3)
        .default(1)
        .describe('how many more times a silent target is probed, each in a pass after the cooldown; 0: never'),
    })
    .prefault({});
}

function handshakeSchema(seconds: Seconds, isStored: boolean) {
  return z
    .strictObject({
      tool: toolChoice(['wget']),
      hold: seconds.prefault('5s').describe('how long each connection is held open for address announcements'),
      ...holdFirstKeys(isStored),
      concurrency: z.int().positive().max(512).default(256).describe('wget processes running at a time'),
      timeout: seconds
        .refine((limit) => limit >= 4, 'at least 4s: the kernel takes 3.07 s to fall back')
        .prefault('10s')
        .describe('limit of one connection attempt'),
    })
    .refine(canJoin, 'join needs hold_first: subflows are added to held connections only')
    .prefault({});
}

function resolveSchema(seconds: Seconds) {
  return z
    .strictObject({
      tool: toolChoice(['adns']),
      resolvers: z
        .array(z.string().refine(isResolver, 'expected the address of a resolver, such as 198.51.100.53'))
        .default([])
        .describe("addresses of DNS resolvers; empty: the system's"),
      window: z.int().positive().max(1000).default(200).describe('queries in flight, silent ones left out'),
      silent_after: seconds.prefault('0.3s').describe('a query without an answer for this long leaves the window'),
      open: z
        .int()
        .positive()
        .max(10_000)
        .default(300)
        .describe(
          'maximum number of open queries, including those that left the window: a resolver drops queries beyond its own limit',
        ),
      patience: seconds
        .refine((limit) => limit > 0 && limit <= 30, 'more than 0s and at most 30s: adns itself gives up after 30s')
        .prefault('10s')
        .describe('a query without an answer for this long is given up, and sent once more at the end of the part'),
      families: eachOnce(z.array(z.union([z.literal(4), z.literal(6)])).min(1))
        .default([4])
        .describe('4 asks for A, 6 for AAAA'),
    })
    .prefault({});
}

const Whois = z
  .strictObject({
    tool: toolChoice(['cymru']),
    server: text.nullable().default(null).describe('Team Cymru compatible bulk whois server; null disables the stage'),
    port: z.int().min(1).max(65535).default(43),
  })
  .prefault({});

const Geo = z
  .strictObject({
    tool: toolChoice(['maxmind']),
    country: text.nullable().default(null).describe('MaxMind-format country file'),
    city: text.nullable().default(null).describe('MaxMind-format city file; with both null the stage is disabled'),
  })
  .prefault({});

const Path = z
  .strictObject({
    tool: toolChoice(['pairs', 'icmp-echo']),
    ping: z
      .boolean()
      .default(true)
      .describe('round trips to every candidate and control, of SYNs and ICMP echoes in pairs'),
    probes: z.int().positive().max(10).default(5).describe('echo requests per address; with pairs, as many SYNs'),
  })
  .prefault({});

/** The least that merge works in. */
const leastMemory = '512MB';

const aSize = 'expected a size such as 512MB or 2GB';

const Memory = z
  .string(aSize)
  .refine((text) => bytesOf(text) !== null, aSize)
  .refine(
    (text) => (bytesOf(text) ?? Number.POSITIVE_INFINITY) >= (bytesOf(leastMemory) ?? 0),
    `at least ${leastMemory}`,
  )
  .nullable()
  .default(null)
  .describe(
    "memory limit of the database; beyond it, it spills into the run folder; null: a quarter of the machine's memory, at most 4GB",
  );

/** Longest contact: the connector's user agent, of which it is a part, holds 511 characters (zmap-module/connector/settings.h). */
const contactMax = 400;

/** It is sent in an HTTP header, which takes one line of ASCII. A YAML block ends with a line feed: hence trim(). */
function contactSchema(isStored: boolean) {
  const fits = (text: string) => /^[ -~]*$/.test(text) && text.length <= contactMax;
  return z
    .string()
    .trim()
    .refine((text) => isStored || fits(text), `expected one line of ASCII, at most ${contactMax} characters`)
    .nullable()
    .default(null)
    .describe('mail address or URL of a person who answers abuse reports; required outside the lab');
}

/** @param isStored the configuration of a stored run: a missing key means that its stage did not exist yet */
function configSchema(seconds: Seconds, isStored: boolean) {
  return z.strictObject({
    lab: z.boolean().default(false).describe('a run inside a test Internet, which sends only to lab_ranges'),
    lab_ranges: z
      .array(z.string())
      .default([])
      .describe('ranges that a lab run treats as global; it sends to no other address'),
    contact: contactSchema(isStored),
    seed: z
      .int()
      .nonnegative()
      .nullable()
      .default(null)
      .describe('seed of the scan order and of all other random choices; null: drawn once per run'),
    targets: Targets,
    resolve: resolveSchema(seconds),
    scan: scanSchema(seconds),
    confirm: confirmSchema(seconds, isStored),
    handshake: handshakeSchema(seconds, isStored),
    budget: Budget,
    sentinels: Sentinels,
    asn: Asn,
    whois: Whois,
    geo: Geo,
    os: osSchema(seconds),
    path: Path,
    hops: HopsChoice,
    rescan: RescanChoice,
    clients: Clients,
    parts: Parts.prefault({}).describe('maximum number of units per part, by stage'),
    memory: Memory,
  });
}

/** One run, as census.yaml describes it. All defaults are here. */
export const Config = configSchema(secondsSchema(false), false);
export type Config = z.infer<typeof Config>;

/** The same as stored in a manifest: resolved, times as numbers. */
export const StoredConfig = configSchema(secondsSchema(true), true);
