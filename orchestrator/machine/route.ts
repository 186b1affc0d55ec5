import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { networkInterfaces } from 'node:os';

/** Where packets to the rest of the world leave. */
export interface Route {
  interface: string;
  /** null: the interface leads there without one. */
  gateway: string | null;
}

/** The kernel writes addresses as numbers of the machine's own byte order: little, where Debian runs. */
function addressOf(hex: string): string {
  return [...Buffer.from(hex, 'hex')].reverse().join('.');
}

const up = 1;

/** The default route of IPv4 with the least metric, out of /proc/net/route; null when there is none. */
export function readDefaultRoute(table: string): Route | null {
  const rows = table
    .split('\n')
    .slice(1)
    .map((line) => line.trim().split(/\s+/));
  const routes = rows.flatMap(([name = '', to, gateway = '', flags, , , metric, mask]) => {
    if (to !== '00000000' || mask !== '00000000' || (Number.parseInt(flags ?? '0', 16) & up) === 0) return [];
    return [{ interface: name, gateway: gateway === '00000000' ? null : addressOf(gateway), metric: Number(metric) }];
  });
  const [best] = routes.sort((a, b) => a.metric - b.metric);
  return best === undefined ? null : { interface: best.interface, gateway: best.gateway };
}

/** The same of this network namespace. */
export function defaultRoute(): Route | null {
  const path = '/proc/net/route';
  return existsSync(path) ? readDefaultRoute(readFileSync(path, 'utf8')) : null;
}

const unanswered = '00:00:00:00:00:00';

/** The hardware address of a neighbour, out of the table that /proc/net/arp prints; null where it has not answered. */
export function readNeighbour(table: string, address: string, device: string): string | null {
  const row = table
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .find(([known, , , , , on]) => known === address && on === device);
  const mac = row?.[3] ?? unanswered;
  return mac === unanswered ? null : mac;
}

/** The gateway that packets to the rest of the world leave by from an interface; null where it leads there without one, or not at all. */
export function gatewayOf(name: string): string | null {
  const route = defaultRoute();
  return route?.interface === name ? route.gateway : null;
}

/** The hardware address of the gateway behind an interface, as far as the kernel knows it by now. */
export function gatewayMac(name: string): string | null {
  const path = '/proc/net/arp';
  const gateway = gatewayOf(name);
  return gateway === null || !existsSync(path) ? null : readNeighbour(readFileSync(path, 'utf8'), gateway, name);
}

const folder = '/sys/class/net';

/** Names of the interfaces of this network namespace. */
export function interfaceNames(): string[] {
  return existsSync(folder) ? readdirSync(folder).sort() : Object.keys(networkInterfaces());
}

/** Kind of hardware by the kernel's number: 1 for Ethernet, 772 for loopback, 65534 for none (tun); null when it cannot be told. */
export function hardwareOf(name: string): number | null {
  const path = `${folder}/${name}/type`;
  return existsSync(path) ? Number(readFileSync(path, 'utf8')) : null;
}

/** Addresses that an interface sends from, those of the link alone left out. */
export function sourceAddresses(name: string): string[] {
  const own = networkInterfaces()[name] ?? [];
  return own.map(({ address }) => address).filter((address) => !/^fe[89ab]/i.test(address));
}
