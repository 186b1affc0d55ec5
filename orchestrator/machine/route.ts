import { createSocket } from 'node:dgram';
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

/**
 * The default route of IPv4 with the least metric, out of /proc/net/route; null when there is none.
 * @param by of those that leave by this interface alone
 */
export function readDefaultRoute(table: string, by: string | null = null): Route | null {
  const rows = table
    .split('\n')
    .slice(1)
    .map((line) => line.trim().split(/\s+/));
  const routes = rows.flatMap(([name = '', to, gateway = '', flags, , , metric, mask]) => {
    // One that refuses (`unreachable default`) leaves by no interface, which the kernel writes as a star.
    if (to !== '00000000' || mask !== '00000000' || name === '*') return [];
    if ((Number.parseInt(flags ?? '0', 16) & up) === 0) return [];
    return [{ interface: name, gateway: gateway === '00000000' ? null : addressOf(gateway), metric: Number(metric) }];
  });
  const [best] = routes.filter(({ interface: name }) => by === null || by === name).sort((a, b) => a.metric - b.metric);
  return best === undefined ? null : { interface: best.interface, gateway: best.gateway };
}

/** The same of this network namespace. */
export function defaultRoute(by: string | null = null): Route | null {
  const path = '/proc/net/route';
  return existsSync(path) ? readDefaultRoute(readFileSync(path, 'utf8'), by) : null;
}

/** Interface of the default route of IPv6 with the least metric, out of /proc/net/ipv6_route; null when there is none. */
export function readDefaultRoute6(table: string): string | null {
  const rows = table.split('\n').map((line) => line.trim().split(/\s+/));
  const routes = rows.flatMap(([to, length, , , , metric = '', , , flags = '0', name = '']) =>
    /^0+$/.test(to ?? '') && length === '00' && name !== 'lo' && (Number.parseInt(flags, 16) & up) !== 0
      ? [{ name, metric: Number.parseInt(metric, 16) }]
      : [],
  );
  return routes.sort((a, b) => a.metric - b.metric)[0]?.name ?? null;
}

/** Whether all that the kernel sends to the rest of the world, of either family, leaves by an interface. */
export function isOnlyWayOut(name: string): boolean {
  const path = '/proc/net/ipv6_route';
  const ways = [
    defaultRoute()?.interface ?? null,
    existsSync(path) ? readDefaultRoute6(readFileSync(path, 'utf8')) : null,
  ];
  const known = ways.filter((way) => way !== null);
  return known.length > 0 && known.every((way) => way === name);
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

/**
 * The gateway that packets to the rest of the world leave by from an interface, which need not be the one that the kernel prefers; null
 * where it leads there without one, or not at all.
 */
export function gatewayOf(name: string): string | null {
  return defaultRoute(name)?.gateway ?? null;
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

const [framed, linkUp] = [1, 1];

/** What a file below /sys says; null where it is gone, or (carrier) the interface was taken down. */
function said(path: string): string | null {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch {
    return null;
  }
}

/** Whether an interface is up and has a link, where it is one that has links; null where the kernel does not say. */
export function isUp(name: string): boolean | null {
  const flags = said(`${folder}/${name}/flags`);
  if (flags === null) return null;
  return (Number(flags) & linkUp) !== 0 && (hardwareOf(name) !== framed || said(`${folder}/${name}/carrier`) === '1');
}

/** Addresses that an interface sends from, those of the link alone left out. */
export function sourceAddresses(name: string): string[] {
  const own = networkInterfaces()[name] ?? [];
  return own.map(({ address }) => address).filter((address) => !/^fe[89ab]/i.test(address));
}

/** The IPv4 address that the kernel would send from to the rest of the world; null where it has no way there. No packet leaves for this. */
async function preferredSource(): Promise<string | null> {
  const socket = createSocket('udp4');
  try {
    // Of the range that nobody has (RFC 1112, section 4): a route is looked up, and nothing sent.
    await new Promise<void>((resolve, reject) => {
      socket.once('error', reject);
      socket.connect(9, '240.0.0.1', resolve);
    });
    return socket.address().address;
  } catch {
    return null;
  } finally {
    socket.close();
  }
}

/** The IPv4 address that probes are sent from by an interface: the kernel's choice where that is its way out, else the first; null without any. */
export async function sourceAddress(name: string): Promise<string | null> {
  const own = (networkInterfaces()[name] ?? []).flatMap(({ family, address }) => (family === 'IPv4' ? [address] : []));
  const preferred = await preferredSource();
  return own.find((address) => address === preferred) ?? own[0] ?? null;
}
