import { sumOf, synsPerAddress } from '../config/budget.ts';
import type { Config } from '../config/config.ts';
import { confirmingOf, opinionsOf } from '../config/sections/confirm.ts';
import { connectionsOf } from './connections.ts';

function counted(count: number, what: string): string {
  return `${count === 1 ? 'one' : count} ${what}${count === 1 ? '' : 's'}`;
}

/** What the path stage sends to an address. */
export function echoesOf({ path }: Pick<Config, 'path'>): string {
  const echoes = counted(path.probes, 'ICMP echo request');
  return path.tool === 'pairs' ? `${echoes} and as many SYNs beside them` : echoes;
}

/** "1 %" */
export function percentOf({ share }: { share: number }): string {
  return `${Number((100 * share).toFixed(4))} %`;
}

/** What is sent, each kind as a clause. */
export function probesOf(config: Config): string[] {
  const { scan, path, hops, rescan, os } = config;
  const opinions = opinionsOf(config);
  const controls = (confirmingOf(config)?.controls ?? 0) === 0 ? '' : ', and to some of the others drawn at random,';
  const ports = scan.ports.length === 1 ? `port ${scan.ports[0]}` : `each of the ports ${scan.ports.join(', ')}`;
  const versions = scan.versions.map((version) => `v${version}`).join(' and ');
  const more = scan.retries === 1 ? 'one' : `up to ${scan.retries}`;
  const again = scan.retries === 0 ? '' : `, and ${more} more where nothing comes back`;
  return [
    `to each address one TCP SYN with an MPTCP option for ${ports} and MPTCP version (${versions})${again}`,
    ...(opinions.length === 0
      ? []
      : [
          `to those that answer it with an MPTCP option${controls} ${counted(opinions.length, 'further SYN')} seconds apart`,
        ]),
    `${opinions.length === 0 ? 'to those that answer it with an MPTCP option' : 'to these'} ${connectionsOf(config)}`,
    ...(path.ping ? [`to these ${echoesOf({ path })}`] : []),
    ...(hops === false ? [] : [`to a sample of both SYNs and ICMP echo requests of TTL 1 to ${hops.ttl}`]),
    ...(rescan === false
      ? []
      : [`to ${percentOf(rescan)} of all addresses, drawn at random, the first SYNs once more`]),
    ...(os === false ? [] : ['to those with an MPTCP option the probes of nmap that tell operating systems apart']),
    `${sumOf(synsPerAddress(config))} SYNs to one address at most, over all`,
  ];
}

/** How fast, as a clause. */
export function rateOf({ scan }: Config): string {
  return scan.rate === null
    ? 'without a limit of its own'
    : `at ${scan.rate.toLocaleString('en-US')} packets per second at most`;
}
