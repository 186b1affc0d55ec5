import { createSocket } from 'node:dgram';
import { setTimeout as sleep } from 'node:timers/promises';
import { CensusError } from '../errors.ts';
import { gatewayMac, gatewayOf } from './route.ts';

const discard = 9;
const everyMs = 50;
const patienceMs = 3000;

/** Has the kernel ask for a neighbour: it does when there is something to send to it. */
async function provoke(address: string): Promise<void> {
  const socket = createSocket('udp4');
  // Nobody need listen there, and what the kernel could not send is seen in its table.
  socket.on('error', () => undefined);
  await new Promise<void>((resolve) => socket.send('', discard, address, () => resolve()));
  socket.close();
}

/**
 * zmap frames its packets itself and knows the gateway by the kernel's tables alone: no route, no gateway; and its hardware address may have
 * gone from there since.
 * @returns the fault when there is no gateway, or it does not answer; null when its hardware address is known
 */
export async function gatewayFault(name: string): Promise<CensusError | null> {
  const gateway = gatewayOf(name);
  if (gateway === null) {
    return new CensusError(
      'E_CONFIG',
      `no default route leaves by a gateway on ${name}, so it is not known where its packets would go`,
      'set scan.gateway_mac to the hardware address of the router there; or give the interface a default route, or name another in scan.interface',
    );
  }
  if (gatewayMac(name) !== null) return null;
  await provoke(gateway);
  for (let waited = 0; waited < patienceMs; waited += everyMs) {
    if (gatewayMac(name) !== null) return null;
    await sleep(everyMs);
  }
  return new CensusError(
    'E_CONFIG',
    `the gateway ${gateway} on ${name} does not answer when it is asked for its hardware address, so no packet would leave`,
    'check the cable and the route; or set scan.interface, or scan.gateway_mac',
  );
}
