import { addressAt, contains, longestMatch } from './addresses.ts';
import { nameSupply } from './names.ts';
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
}

/** The site and the route of an address. Throws when the world has none: a name may not point into nothing by mistake. */
export function locate(plan: Pick<Plan, 'world' | 'routes'>, address: string): { site: Site; route: Route } {
  const block = plan.world.blocks.find((one) => contains(one.prefix, address));
  const site = plan.world.sites.find((one) => one.site === block?.site);
  const route = longestMatch(plan.routes, address);
  if (!site || !route) throw new Error(`world ${plan.world.name}: ${address} lies in no block, site or network`);
  return { site, route };
}

function bulkDomains(world: World, next: (tld: string) => string): Domain[] {
  const domains: Domain[] = [];
  for (const rule of world.bulk) {
    const block = world.blocks.find((one) => one.block === rule.block);
    if (!block) throw new Error(`world ${world.name}: bulk rule for the unknown block ${rule.block}`);
    for (let i = 0; i < rule.names; i++) {
      const addresses = Array.from({ length: rule.each }, (_, k) =>
        addressAt(block.prefix, 1 + ((i * rule.each + k) % block.hosts)),
      );
      domains.push({ name: next(rule.tld), addresses, links: 0, absent: false, unanswered: false, www: rule.www });
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
    });
  return domains;
}

function textOf(domain: Domain): string {
  return domain.text ?? domain.name;
}

/** Ranks that the world states are kept, the other lines fill the gaps in drawn order; repeats come last. */
function rankedList(world: World, domains: readonly Domain[], random: () => number): ListLine[] {
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

/** Expands a world into every address, name and list line. Pure: the same world gives the same plan. */
export function planOf(world: World): Plan {
  const random = randomFrom(world.seed);
  const routes = world.networks.flatMap((network) =>
    network.prefixes.map(({ prefix, city }) => ({ prefix, network, city })),
  );
  const domains = [...world.domains, ...bulkDomains(world, nameSupply(random))];
  const sites = world.sites.map((site) => ({
    site,
    prefixes: [
      ...world.blocks.filter((block) => block.site === site.site).map((block) => block.prefix),
      ...site.announces.filter((address) => longestMatch(routes, address)),
    ],
  }));
  const plan = {
    world,
    routes,
    sites,
    list: rankedList(world, domains, random),
    records: domains.flatMap(recordsOf),
    empty: domains.flatMap(emptyNames),
    unanswered: domains.filter((domain) => domain.unanswered).map((domain) => domain.name),
  };
  for (const { addresses } of domains) for (const address of addresses) locate(plan, address);
  return plan;
}
