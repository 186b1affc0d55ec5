import { addressAt, contains, longestMatch } from './addresses.ts';
import { nameSupply } from './names.ts';
import { Crowd } from './population.ts';
import { randomFrom, shuffled } from './random.ts';
import type { World } from './world.ts';
import { type DnsRecord, emptyNames, recordsOf } from './zone.ts';

export type Site = World['sites'][number];
type Domain = World['domains'][number];
/** One row of the prefix table, with the AS and the place. */
export interface Route {
  prefix: string;
  network: World['networks'][number];
  city: string;
}
/** A domain that may stand at this rank or after it. */
interface Placed extends Domain {
  from: number;
}
/** One line of the list: a domain, or else an artefact or a repeated name. */
interface ListLine {
  rank: number;
  text: string;
  domain?: Domain;
}
export interface Plan {
  world: World;
  routes: Route[];
  /** prefixes that a site answers for, with single announced addresses of its own */
  sites: { site: Site; prefixes: string[] }[];
  list: ListLine[];
  records: DnsRecord[];
  empty: string[];
  /** zones delegated to a server that never answers: one per list entry */
  unanswered: string[];
  /** entries and addresses beyond these; the lines of `list` that it fills are missing there */
  crowd: Crowd | null;
  /** lines of the whole list */
  lines: number;
}

/** The site and the route of an address. Throws when the world has none: a name may not point into nothing by mistake. */
export function locate(plan: Pick<Plan, 'world' | 'routes'>, address: string): { site: Site; route: Route } {
  const block = plan.world.blocks.find((one) => contains(one.prefix, address));
  const site = plan.world.sites.find((one) => one.site === block?.site);
  const route = longestMatch(plan.routes, address);
  if (!site || !route) throw new Error(`world ${plan.world.name}: ${address} lies in no block, site or network`);
  return { site, route };
}

function blockOf(world: World, name: string): World['blocks'][number] {
  const block = world.blocks.find((one) => one.block === name);
  if (!block) throw new Error(`world ${world.name}: bulk rule for the unknown block ${name}`);
  return block;
}

/** The addresses of the i-th name of a rule: `each` of a block, taken in turn. */
function inTurn(block: World['blocks'][number], each: number, i: number): string[] {
  return Array.from({ length: each }, (_, k) => addressAt(block.prefix, 1 + ((i * each + k) % block.hosts)));
}

function bulkDomains(world: World, next: (tld: string) => string): Placed[] {
  const domains: Placed[] = [];
  for (const { block, each, beside, names, tld, www, from } of world.bulk) {
    const own = blockOf(world, block);
    const other = beside && blockOf(world, beside.block);
    for (let i = 0; i < names; i++) {
      const addresses = [...inTurn(own, each, i), ...(other ? inTurn(other, beside.each, i) : [])];
      domains.push({ name: next(tld), addresses, links: 0, absent: false, unanswered: false, www, from });
    }
  }
  for (let i = 0; i < world.absent.names; i++)
    domains.push({
      name: next(world.absent.tld),
      addresses: [],
      links: 0,
      absent: true,
      unanswered: false,
      www: 'absent',
      from: 1,
    });
  return domains;
}

function textOf(domain: Domain): string {
  return domain.text ?? domain.name;
}

/** Ranks that the world states are kept, the other lines fill the gaps in drawn order; repeats come last. */
function rankedList(world: World, domains: readonly (Domain | Placed)[], random: () => number): ListLine[] {
  const stated = new Map(domains.flatMap((domain) => (domain.rank ? [[domain.rank, domain]] : [])));
  const others: Omit<ListLine, 'rank'>[] = shuffled(
    [
      ...domains.filter((domain) => !domain.rank).map((domain) => ({ text: textOf(domain), domain })),
      ...world.artefacts.map(({ line }) => ({ text: line })),
    ],
    random,
  );
  const size = stated.size + others.length;
  const lines = Array.from({ length: size }, (_, i) => {
    const domain = stated.get(i + 1);
    const line = domain ? { text: textOf(domain), domain } : others.pop();
    if (!line) throw new Error(`world ${world.name}: a stated rank lies past the end of the list`);
    return { rank: i + 1, ...line };
  });
  return [...lines, ...world.repeats.map((text, i) => ({ rank: size + i + 1, text }))];
}

/** Lines that are no names, as lists of popular sites have had them. */
function artefact(i: number): World['artefacts'][number] {
  return i % 3 === 0
    ? { line: `240.255.${(i >> 8) & 255}.${i & 255}`, kind: 'ip_address' }
    : { line: `blog-${i}.example/~user${i}`, kind: 'url' };
}

/** All of a world's lines that are no names. */
export function artefactsOf({ artefacts, population }: World): World['artefacts'] {
  return population ? Array.from({ length: population.artefacts }, (_, i) => artefact(i)) : artefacts;
}

/** The described lines of a list whose other lines the crowd fills: at the rank stated, else at one drawn from `from` on. */
function sparseList(
  world: World,
  domains: readonly (Domain | Placed)[],
  lines: number,
  random: () => number,
): ListLine[] {
  const taken = new Map<number, ListLine>();
  const put = (rank: number, line: Omit<ListLine, 'rank'>) => {
    if (taken.has(rank) || rank > lines)
      throw new Error(`world ${world.name}: rank ${rank} is taken, or past the end of the list`);
    taken.set(rank, { rank, ...line });
  };
  const drawn = (from: number) => {
    for (;;) {
      const rank = from + Math.floor(random() * (lines - from + 1));
      if (!taken.has(rank)) return rank;
    }
  };
  for (const domain of domains) if (domain.rank) put(domain.rank, { text: textOf(domain), domain });
  for (const domain of domains)
    if (!domain.rank) put(drawn('from' in domain ? domain.from : 1), { text: textOf(domain), domain });
  for (const { line } of artefactsOf(world)) put(drawn(1), { text: line });
  return [...taken.values()].sort((a, b) => a.rank - b.rank);
}

function crowdOf(world: World, domains: readonly Domain[]): Crowd | null {
  if (!world.population) return null;
  if (world.artefacts.length > 0 || world.repeats.length > 0)
    throw new Error(`world ${world.name}: a population brings its own artefacts and repeats nothing`);
  const addresses = new Set(domains.flatMap((domain) => domain.addresses));
  return new Crowd(world.population, { names: domains.length, addresses: addresses.size }, world.seed);
}

/** Prefixes that a site answers for. */
function prefixesOf(world: World, routes: readonly Route[], site: Site): string[] {
  const { population } = world;
  return [
    ...world.blocks.filter((block) => block.site === site.site).map((block) => block.prefix),
    ...(population?.site === site.site ? population.places.map(({ prefix }) => prefix) : []),
    ...(population?.silent_site === site.site ? [population.silent_prefix] : []),
    ...site.announces.filter((address) => longestMatch(routes, address)),
  ];
}

/** Expands a world into every address, name and list line. Pure: the same world gives the same plan. */
export function planOf(world: World): Plan {
  const random = randomFrom(world.seed);
  const routes = world.networks.flatMap((network) =>
    network.prefixes.map(({ prefix, city }) => ({ prefix, network, city })),
  );
  const domains = [...world.domains, ...bulkDomains(world, nameSupply(random))];
  const sites = world.sites.map((site) => ({ site, prefixes: prefixesOf(world, routes, site) }));
  const crowd = crowdOf(world, domains);
  const { names = 0, artefacts = 0 } = world.population ?? {};
  const list = crowd ? sparseList(world, domains, names + artefacts, random) : rankedList(world, domains, random);
  const plan = {
    world,
    routes,
    sites,
    list,
    records: domains.flatMap(recordsOf),
    empty: domains.flatMap(emptyNames),
    unanswered: [...domains.filter((domain) => domain.unanswered), ...(crowd?.unanswered() ?? [])].map(
      ({ name }) => name,
    ),
    crowd,
    lines: crowd ? names + artefacts : list.length,
  };
  for (const { addresses } of domains) for (const address of addresses) locate(plan, address);
  return plan;
}
