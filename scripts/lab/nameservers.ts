import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';

/** Where names end whose own servers never answer. */
export const unansweredTld = 'unanswered';

/** A name server of the lab. Each is an unbound; none knows of anything outside. */
export interface NameServer {
  name: string;
  namespace: string;
  command: string[];
  ready: { says: string };
}

/** What both kinds have in common. nodefault: by default unbound denies every name under .test (RFC 6761). */
function serverSection({ folder, address }: Place): string {
  return `server:
  directory: "${folder}"
  chroot: ""
  username: ""
  pidfile: ""
  use-syslog: no
  logfile: ""
  interface: ${address}
  access-control: 127.0.0.0/8 allow
  access-control: 198.18.0.0/15 allow
  do-ip6: no
  do-daemonize: no
  num-threads: 1
  so-rcvbuf: 4m
  module-config: "iterator"
  local-zone: "test." nodefault
remote-control:
  control-enable: no
`;
}

function zoneSection(origin: string, file: string, forResolver: boolean): string {
  const [upstream, downstream] = forResolver ? ['yes', 'no'] : ['no', 'yes'];
  return `auth-zone:
  name: "${origin}"
  zonefile: "${file}"
  for-upstream: ${upstream}
  for-downstream: ${downstream}
  fallback-enabled: no
`;
}

async function nameServer(
  place: Place,
  origin: string,
  zone: Iterable<string>,
  forResolver: boolean,
): Promise<NameServer> {
  const { name, namespace, folder } = place;
  await mkdir(folder, { recursive: true });
  const file = path.join(folder, 'zone');
  await writeFile(file, zone);
  const config = path.join(folder, 'unbound.conf');
  await writeFile(config, serverSection(place) + zoneSection(origin, file, forResolver));
  return { name, namespace, command: ['unbound', '-d', '-c', config], ready: { says: 'start of service' } };
}

interface Place {
  name: string;
  namespace: string;
  folder: string;
  address: string;
}

/**
 * The resolver. It asks its own copy of the root zone as it would ask the name servers of the Internet, and so follows aliases and delegations
 * itself: what is delegated it asks for over the network.
 */
export async function resolver(place: Place, rootZone: Iterable<string>): Promise<NameServer> {
  return await nameServer(place, '.', rootZone, true);
}

/** The server of one zone below the root: it answers what is in the zone and refers to the servers of what is delegated from it. */
export async function authority(place: Place, origin: string, zone: string): Promise<NameServer> {
  return await nameServer(place, origin, [zone], false);
}

/** Delegation of a zone to a server of its own, with its address. */
export function delegation(zone: string, address: string): string[] {
  return [`${zone}. 3600 IN NS ns.${zone}.`, `ns.${zone}. 3600 IN A ${address}`];
}

/** A zone that holds nothing but delegations. */
export function delegatingZone(origin: string, address: string, delegated: ReadonlyMap<string, string>): string {
  const lines = [
    `${origin}. 3600 IN SOA ns.${origin}. hostmaster.${origin}. 1 3600 600 86400 60`,
    ...delegation(origin, address),
    ...[...delegated].flatMap(([zone, server]) => delegation(zone, server)),
  ];
  return `${lines.join('\n')}\n`;
}
