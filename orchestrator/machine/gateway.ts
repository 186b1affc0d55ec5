import { createSocket } from 'node:dgram';
import { setTimeout as sleep } from 'node:timers/promises';
import { CensusError } from '../errors.ts';
import { gatewayMac, gatewayOf } from './route.ts';

const discard = 9;
const everyMs = 50;
const patienceMs = 3000;

/** Makes the kernel resolve a neighbour's hardware address, by giving it something to send there. */
async function provoke(address: string): Promise<void> {
  const socket = createSocket('udp4');
  // Nobody needs to listen there; if the kernel could not send, its table shows it.
  socket.on('error', () => undefined);
  await new Promise<void>((resolve) => socket.send('', discard, address, () => resolve()));
  socket.close();
}

/**
 * zmap builds its own Ethernet frames and finds the gateway only in the kernel's tables: without a route there is none, and its hardware
 * address may have expired.
 * @returns the fault if there is no gateway or it does not answer; null if its hardware address is known
 */
export async function gatewayFault(name: string): Promise<CensusError | null> {
  const gateway = gatewayOf(name);
  if (gateway === null) {
    return new CensusError(
      'E_CONFIG',
      `no default route uses a gateway on ${name}, so there is no address to send its frames to`,
      "set scan.gateway_mac to the router's hardware address; or give the interface a default route, or name another interface in scan.interface",
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
    `the gateway ${gateway} on ${name} does not answer ARP requests, so no packet would leave`,
    'check the cable and the route; or set scan.interface, or scan.gateway_mac',
  );
}
