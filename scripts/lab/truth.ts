import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { contains } from './addresses.ts';
import { artefactsOf, locate, type Plan } from './plan.ts';
import { Rung, Verdict, type World } from './world.ts';
import { byName, follow } from './zone.ts';

const TruthHost = z.strictObject({
  address: z.string().describe('address that at least one name of the list points to'),
  port: z.int().describe('TCP port'),
  site: z.string().describe('site of the world that answers'),
  v1: Verdict.describe('verdict that a right census reaches for MPTCP v1'),
  v0: Verdict.describe('verdict that a right census reaches for MPTCP v0'),
  v1_once: Verdict.optional().describe('the same without second opinions, where they are needed'),
  v0_once: Verdict.optional().describe('the same for MPTCP v0'),
  v1_alone: Verdict.optional().describe('for MPTCP v1 when nothing else is asked, where v1 by itself shows less'),
  rung: Rung.nullable().default(null).describe('rung of the version that is capable; null: the world does not say'),
  also: z.array(Verdict).default([]).describe('verdicts that are right too'),
  cause: z.string().nullable().default(null).describe('what made the echo; a census may say nothing of it'),
  flags: z.string().nullable().describe('flag byte of a v1 SYN/ACK in hex; null when none is sent'),
  fallback: z
    .boolean()
    .nullable()
    .describe('the v1 connection falls back after a genuine SYN/ACK; null: nothing on it tells'),
  mp_fail: z.boolean().describe('the v1 connection carries MP_FAIL'),
  announces: z.array(z.string()).describe('addresses announced by ADD_ADDR'),
  blocked: z.boolean().describe('in the blocklist: never probed, absent from the result'),
  asn: z.int().describe('origin AS by longest match'),
  prefix: z.string().describe('that prefix'),
  as_name: z.string().describe('name of the AS as asnames.json has it'),
  country: z.string().describe('country in the geo databases'),
  city: z.string().describe('city in the geo database'),
  domains: z.array(z.string()).describe('list entries whose name or www name points here'),
});
export type TruthHost = z.infer<typeof TruthHost>;

export const Truth = z.strictObject({
  world: z.string().describe('name of the world'),
  list: z.strictObject({
    lines: z.int().describe('lines of the list'),
    names: z.int().describe('lines that are domain names'),
    artefacts: z.record(z.string(), z.int()).describe('other lines, by kind'),
    unanswered: z
      .int()
      .describe(
        'names, www names among them, that no resolver can answer: their servers never do, or they go round in circles',
      ),
  }),
  hosts: z.array(TruthHost).describe('every address and port that the names lead to, the silent ones too'),
  domains: z
    .array(
      z.strictObject({
        name: z.string().describe('list entry'),
        rank: z.int().describe('its line'),
        addresses: z.array(z.string()).describe('addresses of the name, at the end of its aliases'),
        www_addresses: z.array(z.string()).describe('addresses of www.NAME likewise'),
      }),
    )
    .describe('every name of the list that the world describes'),
  crowd: z
    .strictObject({
      names: z.int().describe('list entries'),
      live: z.int().describe('of these, entries with an address; it and its www double have the same one'),
      hosts: z.int().describe('addresses'),
      answering: z.int().describe('of these, addresses that answer; all say the same'),
      v1: Verdict.describe('their verdict for MPTCP v1'),
      v0: Verdict.describe('their verdict for MPTCP v0'),
    })
    .nullable()
    .describe('entries and addresses that are told by number'),
});
export type Truth = z.infer<typeof Truth>;

/** Reads a truth.json. Throws ZodError when it is none. */
export async function readTruth(file: string): Promise<Truth> {
  return Truth.parse(JSON.parse(await readFile(file, 'utf8')));
}

function domainsOf(plan: Plan): Truth['domains'] {
  const records = byName(plan.records);
  return plan.list.flatMap(({ rank, domain }) => {
    if (!domain) return [];
    const [addresses, www] = [domain.name, `www.${domain.name}`].map((name) => follow(records, name).sort());
    return [{ name: domain.name, rank, addresses: addresses ?? [], www_addresses: www ?? [] }];
  });
}

function hostsOf(plan: Plan, domains: Truth['domains']): TruthHost[] {
  const named = new Map<string, string[]>();
  for (const { name, addresses, www_addresses } of domains)
    for (const address of new Set([...addresses, ...www_addresses]))
      named.set(address, [...(named.get(address) ?? []), name]);
  return [...named].flatMap(([address, names]) => {
    const { site, route } = locate(plan, address);
    const host = {
      address,
      site: site.site,
      v1: site.truth.v1,
      v0: site.truth.v0,
      ...(site.truth.v1_once ? { v1_once: site.truth.v1_once } : {}),
      ...(site.truth.v0_once ? { v0_once: site.truth.v0_once } : {}),
      ...(site.truth.v1_alone ? { v1_alone: site.truth.v1_alone } : {}),
      flags: [site.truth.v1, site.truth.v1_once, site.truth.v1_alone].includes('capable')
        ? (site.truth.flags ?? '01')
        : null,
      rung: site.truth.rung ?? null,
      also: site.truth.also,
      cause: site.truth.cause ?? null,
      fallback: site.truth.fallback,
      mp_fail: site.truth.mp_fail,
      announces: site.announces,
      blocked: plan.world.opt_out.some(({ prefix }) => contains(prefix, address)),
      asn: route.network.asn,
      prefix: route.prefix,
      as_name: asName(route.network),
      country: plan.world.cities[route.city]?.country ?? '',
      city: route.city,
      domains: names.sort(),
    };
    return plan.world.census.ports.map((port) => ({ ...host, port }));
  });
}

/** AS name as the registries' text files have it: handle, holder, country. */
export function asName(network: { name: string; organisation: string; country: string }): string {
  return `${network.name} ${network.organisation}, ${network.country}`;
}

/** Names of a list entry for which the resolver has no answer at all. */
function unansweredNames({ unanswered, loop, www }: World['domains'][number]): number {
  if (unanswered) return 2;
  return loop ? 1 + Number(www === 'alias') : 0;
}

function crowdTruth({ world, crowd }: Plan): Truth['crowd'] {
  if (crowd === null) return null;
  const truth = world.sites.find(({ site }) => site === crowd.population.site)?.truth;
  if (!truth) throw new Error(`world ${world.name}: the population is of the unknown site ${crowd.population.site}`);
  const { entries: names, live, answering } = crowd;
  return { names, live, hosts: answering + crowd.population.silent, answering, v1: truth.v1, v0: truth.v0 };
}

/** What a census without a fault finds in this world. */
export function truthOf(plan: Plan): Truth {
  const domains = domainsOf(plan);
  const artefacts: Record<string, number> = {};
  for (const { kind } of artefactsOf(plan.world)) artefacts[kind] = (artefacts[kind] ?? 0) + 1;
  return {
    world: plan.world.name,
    list: {
      lines: plan.lines,
      names: domains.length + plan.world.repeats.length + (plan.crowd?.entries ?? 0),
      artefacts,
      unanswered: plan.list.reduce(
        (sum, { domain }) => sum + (domain ? unansweredNames(domain) : 0),
        2 * (plan.world.population?.unanswered ?? 0),
      ),
    },
    hosts: hostsOf(plan, domains).sort((a, b) => (a.address < b.address ? -1 : 1)),
    domains,
    crowd: crowdTruth(plan),
  };
}
