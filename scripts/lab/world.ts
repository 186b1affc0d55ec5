import { readdir, readFile } from 'node:fs/promises';
import { parse } from 'yaml';
import { z } from 'zod';
import { Population } from './population.ts';

/** What a right census says of one version at one address and port: the closed list of docs, kept here apart from the program under test. */
export const Verdict = z.enum([
  'capable',
  'echoed_option',
  'inconsistent',
  'not_offered',
  'refused',
  'silent',
  'malformed',
  'unknown',
]);

/** How far a right census gets in proving what it calls capable: the closed list of docs, from the lowest. */
export const Rung = z.enum(['fresh_key', 'second_opinion', 'connection', 'add_addr_hmac', 'join_hmac']);

/** Personalities of responder.c (personality.c says what each does): MPTCP v0 servers, and answers that are not support. */
export const Odd = z.enum([
  'v0',
  'v0_thrice',
  'swapped',
  'constant',
  'host_key',
  'malformed',
  'two_keys',
  'stamped',
  'isn_tsval',
  'isn_plus_tsval',
  'key_xored',
  'grease_copied',
  'unknown_returned',
  'reflected',
  'reflected_padded',
  'reflected_twice',
  'reflected_zero',
  'reflected_window',
  'returned_whole',
  'key_turned',
  'key_reversed',
  'key_of_packet',
  'options_copied',
  'join_forbidden',
]);

/** Changes of rewriter.c to what a server sends behind its SYN/ACK. */
export const Rewrite = z.enum(['reserved', 'endless']);

/** Boxes that are a program on a TUN device: mirror.c, repeater.c and rewriter.c. */
export const Box = z.enum(['mirror', 'mirror_pad', 'plain_before', 'plain_after', 'thrice', ...Rewrite.options]);

/** A box that answers v0 SYNs itself, as a v0 server, and leaves the rest to the host behind; the second also mangles, as `mangle` does. */
export const V0Front = z.enum(['v0_front', 'v0_front_mangle']);

const Name = z.string().regex(/^[a-z][a-z0-9-]{0,30}$/);
const Country = z.string().regex(/^[A-Z]{2}$/);
const Prefix = z.union([z.cidrv4(), z.cidrv6()]);
const Address = z.union([z.ipv4(), z.ipv6()]);
const Www = z
  .enum(['same', 'alias', 'absent'])
  .describe('www.NAME: has the same records, is an alias (CNAME) of NAME, or does not exist');

/** What the scanner's own firewall does: see FIREWALLS in topology.ts. */
export const Firewall = z.enum(['none', 'stateful', 'drop-rst']);
export type Firewall = z.infer<typeof Firewall>;

const Scanner = z.strictObject({
  interface: z.string().describe('interface of the scanner namespace'),
  address: z.ipv4().describe('IPv4 address of the scanner'),
  gateway: z.ipv4().describe('IPv4 address of the router on the same link; both lie in one /30'),
  gateway_mac: z.string().describe('hardware address of the router, what zmap -G takes'),
  address6: z.ipv6().describe('IPv6 address of the scanner'),
  gateway6: z.ipv6().describe('IPv6 address of the router on the same /64'),
  firewall: Firewall.default('none').describe(
    'rules in the namespace of the scanner: none, an ordinary stateful one, or one under which no RST leaves',
  ),
});

const Census = z
  .strictObject({
    ports: z.array(z.int().min(1).max(65535)).describe('TCP ports to probe; servers listen on all of them'),
    versions: z.array(z.union([z.literal(0), z.literal(1)])).describe('MPTCP versions to probe'),
    rate: z.int().positive().describe('packets per second on the wire'),
    families: z
      .array(z.union([z.literal(4), z.literal(6)]))
      .default([4, 6])
      .describe('4 asks for A, 6 for AAAA'),
    window: z.int().positive().describe('DNS queries in flight'),
    patience: z.string().default('2s').describe('how long the resolver is waited for'),
    cooldown: z.string().describe('how long late answers to the scan are waited for'),
    hops: z.boolean().default(false).describe('sweep the ways to a sample'),
    hold: z.string().describe('how long the handshake stage keeps a connection'),
    join: z.boolean().default(false).describe('ask announced addresses for a subflow'),
    opinions: z.array(z.string()).optional().describe('second opinions that are asked for; all where it is not there'),
    apart: z.string().default('1s').describe('between two second opinions on one address'),
    controls: z
      .int()
      .min(0)
      .default(10)
      .describe('controls of each kind; a test has no time for a thousand connections'),
    memory: z.string().optional().describe('what the database may hold'),
    os: z.boolean().default(false).describe('fingerprint the candidates; with `fingerprints` by the recorded document'),
    parts: z.record(z.string(), z.int().positive()).describe('units per part, by stage'),
  })
  .describe('settings of the generated census.yaml');

const Network = z.strictObject({
  asn: z.int().positive().describe('origin AS'),
  name: z.string().describe('name of the AS'),
  organisation: z.string().describe('holder of the AS'),
  country: Country.describe('country of registration, which is not where the hosts are located'),
  registry: z.enum(['afrinic', 'apnic', 'arin', 'lacnic', 'ripencc']).describe('regional registry'),
  allocated: z.iso.date().describe('date of the allocation'),
  prefixes: z
    .array(
      z.strictObject({
        prefix: Prefix.describe('announced prefix'),
        city: z.string().describe('where its hosts are located, a key of `cities`'),
      }),
    )
    .describe('prefixes in the table; the longest match decides'),
});

const Site = z.strictObject({
  site: z
    .string()
    .regex(/^[a-z0-9]{1,10}$/)
    .describe('name of the site, part of its namespace name'),
  server: z
    .enum(['mptcp', 'tcp', 'closed', 'silent', ...Odd.options])
    .describe(
      'nginx with kernel MPTCP, nginx without, no listener, everything dropped, or a personality of responder.c',
    ),
  way: z
    .enum([
      ...Box.options,
      ...V0Front.options,
      'strip',
      'strip_late',
      'drop_mptcp',
      'drop_v0',
      'mangle',
      'slow',
      'backends',
      'synproxy',
    ])
    .optional()
    .describe('middlebox in a namespace of its own between the router and the site'),
  announces: z.array(Address).default([]).describe('addresses announced by ADD_ADDR'),
  sysctls: z.record(z.string(), z.int()).default({}).describe('sysctls of the server'),
  page_bytes: z.int().positive().default(2000).describe('size of the page at /'),
  truth: z
    .strictObject({
      v1: Verdict.describe('verdict for MPTCP v1'),
      v0: Verdict.describe('verdict for MPTCP v0'),
      v1_once: Verdict.optional().describe(
        'verdict for MPTCP v1 where no second opinions are asked for, and one shows less',
      ),
      v0_once: Verdict.optional().describe('the same for MPTCP v0'),
      v1_alone: Verdict.optional().describe('verdict for MPTCP v1 where nothing else is asked, v0 neither'),
      rung: Rung.optional().describe('rung of what is capable here, in a census with all its second opinions'),
      flags: z.string().length(2).optional().describe('flag byte of the v1 SYN/ACK in hex, where it is not 01'),
      fallback: z
        .boolean()
        .nullable()
        .default(false)
        .describe('the v1 connection falls back to plain TCP after a genuine SYN/ACK; null: nothing on it tells'),
      also: z
        .array(Verdict)
        .default([])
        .describe('other verdicts of either version that are right too: which backend answers is chance'),
      cause: z.string().optional().describe('what a right census says made the echo, if it says anything'),
      mp_fail: z.boolean().default(false).describe('the v1 connection carries MP_FAIL'),
    })
    .describe('what a right census finds at every address of the site'),
});

const Block = z.strictObject({
  block: Name.describe('name of the block'),
  site: z.string().describe('site that answers for the prefix'),
  prefix: Prefix.describe('addresses routed to the site; they lie in one prefix of `networks`'),
  hosts: z.int().positive().describe('how many of them, from the first after the network address, have names'),
});

const Domain = z.strictObject({
  name: z.string().describe('name as the DNS has it'),
  text: z.string().optional().describe('how the list writes it, where that differs'),
  rank: z.int().positive().optional().describe('line of the list; drawn when absent'),
  addresses: z.array(Address).default([]).describe('its A and AAAA records, at the end of its aliases'),
  links: z.int().nonnegative().default(0).describe('aliases (CNAME) between the name and its addresses'),
  loop: z.int().positive().optional().describe('aliases in a circle of so many names'),
  absent: z.boolean().default(false).describe('the name itself does not exist (NXDOMAIN)'),
  unanswered: z
    .boolean()
    .default(false)
    .describe('a zone of its own, delegated to a server that never answers; the name ends in .unanswered'),
  www: Www,
});

const Bulk = z.strictObject({
  block: z.string().describe('block whose hosts the names point to, taken in turn'),
  names: z.int().positive().describe('how many list entries'),
  each: z.int().positive().default(1).describe('addresses per name'),
  www: Www,
  tld: z.string().describe('what the names end in'),
  from: z.int().positive().default(1).describe('smallest rank that a name of it may have'),
  beside: z
    .strictObject({
      block: z.string().describe('another block'),
      each: z.int().positive().describe('addresses per name'),
    })
    .optional()
    .describe('further addresses of each name, taken in turn'),
});

export const World = z.strictObject({
  name: Name.describe('name of the world'),
  seed: z.int().describe('decides ranks and made-up names'),
  date: z.iso.date().describe('day on which the world is as described; stamped into databases and answers'),
  scanner: Scanner,
  services: z.strictObject({
    resolver: z.ipv4().describe('address of the recursive resolver'),
    whois: z.ipv4().describe('address of the whois server'),
    authority: z.ipv4().default('198.18.0.54').describe('address of the name server of .unanswered'),
    deaf: z.ipv4().default('198.18.0.55').describe('address that swallows what is sent to it'),
  }),
  census: Census,
  cities: z
    .record(
      z.string(),
      z.strictObject({
        geoname_id: z.int().describe('identifier of the place at GeoNames'),
        country: Country.describe('ISO 3166 code, a key of `countries`'),
        latitude: z.number().describe('degrees north'),
        longitude: z.number().describe('degrees east'),
        time_zone: z.string().describe('IANA name of the time zone'),
      }),
    )
    .describe('places of hosts, by English name'),
  countries: z
    .record(
      Country,
      z.strictObject({
        name: z.string().describe('English name'),
        geoname_id: z.int().describe('identifier at GeoNames'),
        continent: z.string().length(2).describe('GeoIP2 continent code'),
      }),
    )
    .describe('countries, by ISO 3166 code'),
  networks: z.array(Network).describe('autonomous systems and their prefixes'),
  sites: z.array(Site).describe('namespaces that answer'),
  blocks: z.array(Block).describe('addresses of the sites'),
  opt_out: z
    .array(
      z.strictObject({
        prefix: z.cidrv4().describe('addresses never to be probed'),
        reason: z.string().describe('comment in the blocklist'),
      }),
    )
    .describe('what the blocklist takes out'),
  domains: z.array(Domain).describe('list entries described one by one'),
  bulk: z.array(Bulk).describe('list entries made by rule'),
  absent: z
    .strictObject({
      names: z.int().nonnegative().describe('how many'),
      tld: z.string().describe('what the names end in'),
    })
    .describe('list entries that do not exist, nor their www names'),
  artefacts: z
    .array(
      z.strictObject({
        line: z.string().describe('text in the name column of the list'),
        kind: z.enum(['url', 'ip_address', 'blank', 'not_a_name']).describe('what it is instead of a name'),
      }),
    )
    .describe('list lines that are no names'),
  repeats: z.array(z.string()).describe('lines at the end of the list that name an entry once more'),
  population: Population.optional().describe('entries and addresses beyond those described'),
  clients: z
    .record(z.string(), z.int().positive())
    .optional()
    .describe(
      'clients that speak MPTCP, by the city of `cities` that they are in: a list of points, as the HoneyMap had one',
    ),
  fingerprints: Name.optional().describe('file under fingerprints/ that the recorded nmap document is made of'),
});
export type World = z.infer<typeof World>;

const Keys = z.record(z.string(), z.unknown());
const folder = new URL('worlds/', import.meta.url);

/** The keys of a world file; one with `base` has those of that world too, where it does not state them itself. */
async function keysOf(name: string): Promise<z.infer<typeof Keys>> {
  const known = (await readdir(folder)).map((file) => file.replace(/\.yaml$/, ''));
  if (!known.includes(name)) throw new Error(`there is no world ${name}: ${known.sort().join(', ')}`);
  const { base, ...own } = Keys.parse(parse(await readFile(new URL(`${name}.yaml`, folder), 'utf8')));
  return base === undefined ? own : { ...(await keysOf(z.string().parse(base))), ...own };
}

/** Reads worlds/NAME.yaml beside this file. Throws ZodError on an unknown key or a wrong value. */
export async function readWorld(name: string): Promise<World> {
  return World.parse(await keysOf(name));
}
