import { z } from 'zod';
import { parseAddress } from '../address/ip.ts';
import { Clients } from '../clients/config.ts';
import { bytesOf } from '../core/memory.ts';
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

/** How a schema of the configuration reads its times: a file has them as text with their unit, a manifest as numbers. */
function secondsSchema(numbers: boolean) {
  const isTime = (value: unknown) =>
    typeof value === 'string' ? /^\d+(\.\d+)?s$/.test(value) : numbers && typeof value === 'number';
  return z
    .custom<string | number>(isTime, 'expected a time in seconds, such as 5s')
    .transform((value) => (typeof value === 'number' ? value : Number(value.slice(0, -1))));
}
type Seconds = ReturnType<typeof secondsSchema>;

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

/** An address, one of IPv6 with its zone or without: a name would have to be asked of a resolver. */
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
        .describe('MPTCP versions, each a probe of its own'),
      rate: z.int().positive().nullable().default(null).describe('packets per second on the wire, all probes together'),
      blocklist: z
        .string()
        .nullable()
        .default(null)
        .describe('file of addresses, prefixes and ranges that are never probed'),
      addresses_per_name: z
        .int()
        .positive()
        .default(100)
        .describe('addresses of one name and type that are probed at most: a name may hold thousands'),
      reread: seconds
        .refine((every) => every > 0 && every <= 30, 'more than 0s and at most 30s: an opt-out holds within a minute')
        .prefault('10s')
        .describe('how often the blocklist is read again while a run sends'),
      interface: z.string().nullable().default(null).describe('network interface; null: that of the default route'),
      gateway_mac: z
        .string()
        .regex(/^([0-9a-f]{1,2}:){5}[0-9a-f]{1,2}$/i, 'expected a hardware address, such as 02:00:00:00:00:01')
        .nullable()
        .default(null)
        .describe('MAC address of the gateway; null: the kernel is asked'),
      canary: CanaryChoice,
      cooldown: seconds.prefault('8s').describe('how long to wait for late replies'),
      retries: z
        .int()
        .min(0)
        .max(3)
        .default(1)
        .describe('how many times what stays silent is asked again, in a pass of its own after the cooldown; 0: never'),
    })
    .prefault({});
}

function handshakeSchema(seconds: Seconds, isStored: boolean) {
  return z
    .strictObject({
      tool: toolChoice(['wget']),
      hold: seconds.prefault('5s').describe('how long each connection is held open for address announcements'),
      ...holdFirstKeys(isStored),
      concurrency: z.int().positive().max(512).default(256).describe('wget processes side by side'),
      timeout: seconds
        .refine((limit) => limit >= 4, 'at least 4s: the fallback to TCP takes 3.07 s')
        .prefault('10s')
        .describe('limit of one connection attempt'),
    })
    .refine(canJoin, 'join needs hold_first: it is held connections that announced addresses are joined to')
    .prefault({});
}

function resolveSchema(seconds: Seconds) {
  return z
    .strictObject({
      tool: toolChoice(['adns']),
      resolvers: z
        .array(z.string().refine(isResolver, 'expected the address of a resolver, such as 198.51.100.53'))
        .default([])
        .describe('addresses of DNS resolvers; empty: those of the system'),
      window: z.int().positive().max(1000).default(200).describe('queries in flight that may still be answered soon'),
      silent_after: seconds.prefault('0.3s').describe('a query without an answer for so long leaves the window'),
      open: z
        .int()
        .positive()
        .max(10_000)
        .default(300)
        .describe(
          'open queries at most, those that left the window among them: a resolver drops what its list cannot hold',
        ),
      patience: seconds
        .refine((limit) => limit > 0 && limit <= 30, 'more than 0s and at most 30s, after which adns gives up itself')
        .prefault('10s')
        .describe('a query without an answer for so long is given up, and asked once more at the end of the part'),
      families: eachOnce(z.array(z.union([z.literal(4), z.literal(6)])).min(1))
        .default([4])
        .describe('4 asks for A, 6 for AAAA'),
    })
    .prefault({});
}

const Whois = z
  .strictObject({
    tool: toolChoice(['cymru']),
    server: z
      .string()
      .nullable()
      .default(null)
      .describe('Team Cymru compatible bulk whois server; null disables the stage'),
    port: z.int().min(1).max(65535).default(43),
  })
  .prefault({});

const Geo = z
  .strictObject({
    tool: toolChoice(['maxmind']),
    country: z.string().nullable().default(null).describe('MaxMind-format country file'),
    city: z
      .string()
      .nullable()
      .default(null)
      .describe('MaxMind-format city file; the stage is disabled when both are null'),
  })
  .prefault({});

const Path = z
  .strictObject({
    tool: toolChoice(['pairs', 'icmp-echo']),
    ping: z
      .boolean()
      .default(true)
      .describe('round trips of SYN and ICMP echo, in pairs, of every candidate and control'),
    probes: z.int().positive().max(10).default(5).describe('echo requests per address, and SYNs beside them'),
  })
  .prefault({});

/** What merge holds at a time fits into this. */
const leastMemory = '512MB';

const Memory = z
  .string()
  .refine((text) => bytesOf(text) !== null, 'expected a size such as 512MB or 2GB')
  .refine(
    (text) => (bytesOf(text) ?? Number.POSITIVE_INFINITY) >= (bytesOf(leastMemory) ?? 0),
    `at least ${leastMemory}`,
  )
  .nullable()
  .default(null)
  .describe(
    'what the database may hold before it spills into the run folder; null: a quarter of the machine, at most 4GB',
  );

/** Longest contact: with the words around it the connector's user agent holds 511 (zmap-module/connector/settings.h). */
const contactMax = 400;

/** It is sent in headers of HTTP: the programs that send them take ASCII in one line. The line feed that a block of YAML ends with is nobody's. */
function contactSchema(isStored: boolean) {
  const fits = (text: string) => /^[ -~]*$/.test(text) && text.length <= contactMax;
  return z
    .string()
    .trim()
    .refine((text) => isStored || fits(text), `expected one line of ASCII, at most ${contactMax} characters`)
    .nullable()
    .default(null)
    .describe('address that answers abuse mail; required outside the lab');
}

/** @param isStored a key that is younger than the run says that its stage was not there */
function configSchema(seconds: Seconds, isStored: boolean) {
  return z.strictObject({
    lab: z.boolean().default(false).describe('a run inside a test Internet: it may send only to lab_ranges'),
    lab_ranges: z
      .array(z.string())
      .default([])
      .describe('ranges that a lab run declares global; nothing else is addressed'),
    contact: contactSchema(isStored),
    seed: z
      .int()
      .nonnegative()
      .nullable()
      .default(null)
      .describe('seed for the scan order and all other random choices; null: drawn once per run'),
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
    parts: Parts.prefault({}).describe('units per part at most, by stage'),
    memory: Memory,
  });
}

/** One run, as census.yaml describes it. All defaults stand here. */
export const Config = configSchema(secondsSchema(false), false);
export type Config = z.infer<typeof Config>;

/** The same as a manifest keeps it: resolved, times as numbers. */
export const StoredConfig = configSchema(secondsSchema(true), true);
