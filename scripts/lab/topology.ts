import { family } from './addresses.ts';
import type { Plan, Site } from './plan.ts';
import { WAYS } from './ways.ts';
import { type Firewall, Odd } from './world.ts';

/** Everything that a namespace is set up with. Lines of `ip -batch`, one ruleset for `nft -f`, sysctls by name. */
export interface Namespace {
  name: string;
  sysctls: Record<string, number>;
  ip: string[];
  nft: string;
}
export interface Topology {
  scanner: string;
  infrastructure: string;
  /** where the name server of .unanswered is */
  authority: string;
  site: (name: string) => string;
  /** the box on the way to a site */
  way: (name: string) => string;
  namespaces: Namespace[];
  /** `ip -batch` lines in the caller's own namespace: namespaces and the cables between them */
  cables: string[];
}

/** RFC 1812 lets a router limit its errors; the lab must not, and kernels before 6.12 keep the global limits in the first namespace. */
const COMMON = {
  'net.ipv4.conf.all.rp_filter': 0,
  'net.ipv4.conf.default.rp_filter': 0,
  'net.ipv6.conf.all.accept_dad': 0,
  'net.ipv6.conf.default.accept_dad': 0,
  'net.ipv4.icmp_ratelimit': 0,
  'net.ipv4.icmp_msgs_per_sec': 1_000_000,
  'net.ipv4.icmp_msgs_burst': 1_000_000,
  'net.ipv6.icmp.ratelimit': 0,
  'net.core.somaxconn': 65_535,
  'net.ipv4.tcp_max_syn_backlog': 65_535,
};
const FORWARDING = { ...COMMON, 'net.ipv4.ip_forward': 1, 'net.ipv6.conf.all.forwarding': 1 };

/**
 * Rules of the scanner itself. Behind either of the two no RST answers a SYN/ACK, so that servers in SYN_RECV repeat it: zmap's SYN leaves by a
 * packet socket, conntrack never sees it and its answer belongs to no connection; or the kernel makes its RST and the rule drops it.
 */
const FIREWALLS: Record<Firewall, string> = {
  none: '',
  stateful: scanning(
    'input',
    'drop',
    `iifname "lo" accept
  ct state established,related accept
  icmpv6 type { nd-neighbor-solicit, nd-neighbor-advert, nd-router-advert } accept`,
  ),
  'drop-rst': scanning('output', 'accept', 'tcp flags & rst == rst drop'),
};

function scanning(hook: 'input' | 'output', policy: 'accept' | 'drop', rules: string): string {
  return `table inet scanner {\n chain ${hook}s {\n  type filter hook ${hook} priority 0; policy ${policy};\n  ${rules}\n }\n}\n`;
}

/** Addresses of the n-th cable, nearer and farther end, in 198.19.254.0/23 and 2001:db8:ffff::/112. */
function cableAddresses(n: number): { near: string; far: string; near6: string; far6: string } {
  const v4 = (i: number) => `198.19.${254 + (i >> 8)}.${i & 255}`;
  const v6 = (i: number) => `2001:db8:ffff::${i.toString(16)}`;
  return { near: v4(2 * n), far: v4(2 * n + 1), near6: v6(2 * n), far6: v6(2 * n + 1) };
}

function routeLine(prefix: string, via: string, via6: string): string {
  return family(prefix.split('/')[0] ?? '') === 4
    ? `route add ${prefix} via ${via}`
    : `route add ${prefix} via ${via6}`;
}

function localLine(prefix: string, device: string): string {
  if (device === 'lo') return `route add local ${prefix} dev lo`;
  return `route add ${prefix} dev ${device}`;
}

/** Lays cables and collects what each end must be told. */
class Wiring {
  readonly cables: string[] = [];
  private count = 0;

  /** Joins two namespaces; the far one gets its default route through it, the near one a route to every prefix. */
  join(near: Namespace, nearName: string, far: Namespace, farName: string, prefixes: readonly string[]): void {
    const at = cableAddresses(this.count++);
    this.cables.push(`link add ${nearName} netns ${near.name} type veth peer name ${farName} netns ${far.name}`);
    const end = (device: string, v4: string, v6: string) => [
      `addr add ${v4}/31 dev ${device}`,
      `addr add ${v6}/127 dev ${device} nodad`,
      `link set ${device} up`,
    ];
    near.ip.push(...end(nearName, at.near, at.near6), ...prefixes.map((prefix) => routeLine(prefix, at.far, at.far6)));
    far.ip.push(
      ...end(farName, at.far, at.far6),
      `route add default via ${at.near}`,
      `route add default via ${at.near6}`,
    );
  }
}

function namespace(name: string, sysctls: Record<string, number>): Namespace {
  return { name, sysctls, ip: ['link set lo up'], nft: '' };
}

function isOdd(site: Site): boolean {
  return Odd.safeParse(site.server).success;
}

function siteNamespace(name: string, { site, prefixes }: Plan['sites'][number]): Namespace {
  const here = namespace(name, { ...(isOdd(site) ? FORWARDING : COMMON), ...site.sysctls });
  if (isOdd(site)) here.ip.push('tuntap add dev tun0 mode tun', 'link set tun0 up');
  here.ip.push(...prefixes.map((prefix) => localLine(prefix, isOdd(site) ? 'tun0' : 'lo')));
  here.ip.push(...site.announces.map((address, i) => `mptcp endpoint add ${address} id ${i + 1} signal`));
  if (site.server === 'silent')
    here.nft =
      'table inet host { chain arriving { type filter hook input priority 0; policy accept; iifname "rest" drop; }\n}\n';
  return here;
}

function scannerNamespace(name: string, { world }: Plan, router: Namespace): { here: Namespace; cable: string } {
  const { scanner } = world;
  const here = { ...namespace(name, COMMON), nft: FIREWALLS[scanner.firewall] };
  here.ip.push(
    `addr add ${scanner.address}/30 dev ${scanner.interface}`,
    `addr add ${scanner.address6}/64 dev ${scanner.interface} nodad`,
    `link set ${scanner.interface} up`,
    `route add default via ${scanner.gateway}`,
    `route add default via ${scanner.gateway6}`,
  );
  router.ip.push(
    `link set scanner address ${scanner.gateway_mac}`,
    `addr add ${scanner.gateway}/30 dev scanner`,
    `addr add ${scanner.gateway6}/64 dev scanner nodad`,
    'link set scanner up',
  );
  const cable = `link add scanner netns ${router.name} type veth peer name ${scanner.interface} netns ${name}`;
  return { here, cable };
}

/** A name server, and beside it an address that swallows what is sent to it: no answer, and no word that there is none. */
function authorityNamespace(name: string, { world }: Plan): { here: Namespace; prefixes: string[] } {
  const { authority, deaf } = world.services;
  const here = namespace(name, COMMON);
  here.ip.push(...[authority, deaf].map((address) => `addr add ${address}/32 dev lo`));
  here.nft = `table inet host { chain arriving { type filter hook input priority 0; policy accept; ip daddr ${deaf} drop; }\n}\n`;
  return { here, prefixes: [`${authority}/32`, `${deaf}/32`] };
}

/** The namespaces of a lab and how they hang together. Pure; `id` sets two labs apart. */
export function topologyOf(plan: Plan, id: string): Topology {
  const named = (part: string) => `mc${id}-${part}`;
  const wiring = new Wiring();
  const router = namespace(named('router'), FORWARDING);
  const scanner = scannerNamespace(named('scanner'), plan, router);
  const infrastructure = namespace(named('infra'), COMMON);
  const { resolver, whois } = plan.world.services;
  const services = [resolver, whois].map((address) => `${address}/32`);
  infrastructure.ip.push(...services.map((prefix) => `addr add ${prefix} dev lo`));
  wiring.join(router, 'infra', infrastructure, 'rest', services);
  const all = [router, scanner.here, infrastructure];
  const authority = authorityNamespace(named('authority'), plan);
  if (plan.unanswered.length > 0) {
    all.push(authority.here);
    wiring.join(router, 'authority', authority.here, 'rest', authority.prefixes);
  }
  for (const entry of plan.sites) {
    const { site, prefixes } = entry;
    const here = siteNamespace(named(site.site), entry);
    all.push(here);
    if (!site.way) wiring.join(router, site.site, here, 'rest', prefixes);
    else {
      const box = namespace(named(`${site.site}-way`), { ...FORWARDING, ...WAYS[site.way].sysctls });
      all.push(box);
      wiring.join(router, site.site, box, 'rest', prefixes);
      wiring.join(box, 'front', here, 'rest', prefixes);
      box.ip.push(...WAYS[site.way].ip);
      box.nft = WAYS[site.way].nft;
    }
  }
  // No way out: whatever is not of the lab ends at the router without an answer.
  router.ip.push('route add blackhole default', 'route add blackhole ::/0');
  return {
    scanner: scanner.here.name,
    infrastructure: infrastructure.name,
    authority: authority.here.name,
    site: named,
    way: (name) => named(`${name}-way`),
    namespaces: all,
    cables: [...all.map(({ name }) => `netns add ${name}`), scanner.cable, ...wiring.cables],
  };
}
