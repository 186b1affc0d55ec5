import { existsSync, readFileSync } from 'node:fs';
import { networkInterfaces } from 'node:os';
import { isUp, type Route, readDefaultRoute, readDefaultRoute6 } from '../machine/route.ts';

/** What the kernel says of an interface and of the way that packets to the rest of the world take; null where it does not say. */
export interface Way {
  /** Of the interface: one that comes again has another. */
  index: number | null;
  /** false: it was taken down, or has no link. */
  isUp: boolean | null;
  /** How often its link came or went since it was made. */
  changes: number | null;
  /** IPv4 addresses that it sends from: those of IPv6 come and go for the sake of privacy. */
  addresses: readonly string[];
  route: Route | null;
  /** Interface that IPv6 leaves by. */
  route6: string | null;
}

function read(path: string): string | null {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch {
    return null; // gone, or (carrier) the interface was taken down
  }
}

/** As it is now. */
export function wayOut(name: string): Way {
  const at = (file: string) => read(`/sys/class/net/${name}/${file}`);
  const [index, changes] = [at('ifindex'), at('carrier_changes')];
  const own = networkInterfaces()[name] ?? [];
  const table = existsSync('/proc/net/route') ? read('/proc/net/route') : null;
  return {
    index: index === null ? null : Number(index),
    isUp: isUp(name),
    changes: changes === null ? null : Number(changes),
    addresses: own.flatMap(({ family, address }) => (family === 'IPv4' ? [address] : [])).sort(),
    route: table === null ? null : readDefaultRoute(table),
    route6: readDefaultRoute6(read('/proc/net/ipv6_route') ?? ''),
  };
}

function routeText({ interface: name, gateway }: Route): string {
  return gateway === null ? name : `${gateway} on ${name}`;
}

function routeLoss(before: Route | null, now: Route | null): string | null {
  if (before === null) return null;
  if (now === null) return `the default route by ${routeText(before)} is gone`;
  if (routeText(before) === routeText(now)) return null;
  return `the default route is by ${routeText(now)} now, and was by ${routeText(before)}`;
}

/** What happened to the way out between two looks; null: nothing that packets could have been lost by. What comes new is none of it. */
export function lossOf(name: string, before: Way, now: Way): string | null {
  if (before.index !== null && now.index === null) return `the interface ${name} is gone`;
  if (before.index !== null && now.index !== before.index) return `the interface ${name} was removed and made again`;
  if (now.isUp === false) return `the interface ${name} is down, or has no link`;
  if (before.changes !== null && now.changes !== before.changes) return `the link of ${name} was lost meanwhile`;
  const lost = before.addresses.find((address) => !now.addresses.includes(address));
  if (lost !== undefined) return `${name} has lost its address ${lost}`;
  const route = routeLoss(before.route, now.route);
  if (route !== null) return route;
  return before.route6 !== null && now.route6 === null ? `the default route of IPv6 by ${before.route6} is gone` : null;
}
