import { accessSync, constants } from 'node:fs';
import type { Config } from '../config/config.ts';
import { nearest } from '../config/suggestion.ts';
import { CensusError } from '../errors.ts';
import { inContainer } from './privileges.ts';
import { defaultRoute, hardwareOf, interfaceNames } from './route.ts';
import { blackholeTimeout, mptcpSysctls } from './vantage.ts';

const framed = [1, 772];

/** What is asked of an interface that zmap sends from. */
export function interfaceFault(name: string, known: readonly string[], hardware: number | null): CensusError | null {
  if (!known.includes(name)) {
    const near = nearest(name, known);
    const hint =
      near === null ? `there are ${known.join(', ')}` : `did you mean ${near}? There are ${known.join(', ')}`;
    return new CensusError('E_CONFIG', `scan.interface: there is no interface ${name}`, hint);
  }
  if (hardware === null || framed.includes(hardware)) return null;
  return new CensusError(
    'E_CONFIG',
    `scan.interface: ${name} carries no Ethernet frames (a VPN or another tunnel), and the probes are such`,
    "name an Ethernet interface in scan.interface, with scan.gateway_mac where the default route is the tunnel's; or leave the VPN",
  );
}

/** What of the kernel's MPTCP keeps the handshake from measuring. */
export function kernelFault(
  sysctls: Readonly<Record<string, string>>,
  { container, writable }: { container: boolean; writable: boolean },
): CensusError | null {
  const set = (setting: string) =>
    container
      ? `start the container with --sysctl ${setting} (or on the host's network: sysctl -w ${setting})`
      : `sysctl -w ${setting}`;
  const enabled = sysctls['net.mptcp.enabled'];
  if (enabled === undefined) {
    const hint = 'use a kernel of 5.6 or later with CONFIG_MPTCP; in a container the host decides';
    return new CensusError('E_CONFIG', 'this kernel has no MPTCP, which the handshake needs', hint);
  }
  if (enabled !== '1') {
    return new CensusError(
      'E_CONFIG',
      'net.mptcp.enabled is not 1: no connection would ask for MPTCP',
      set('net.mptcp.enabled=1'),
    );
  }
  const timeout = sysctls[blackholeTimeout] ?? '0';
  if (timeout === '0' || writable) return null;
  return new CensusError(
    'E_PRIVILEGES',
    `${blackholeTimeout} is ${timeout}, the handshake needs 0, and /proc/sys cannot be written here`,
    set(`${blackholeTimeout}=0`),
  );
}

/** root passes permission bits, and no read-only file system. */
function canWrite(path: string): boolean {
  try {
    accessSync(path, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

/**
 * Looks at what the stages need of this machine beside programs, before the first packet.
 * @throws CensusError with what helps here
 */
export function requireReady(config: Config): void {
  const name = config.scan.interface ?? defaultRoute()?.interface ?? null;
  const sends = config.scan.tool === 'zmap' && name !== null;
  const writable = canWrite(`/proc/sys/${blackholeTimeout.replaceAll('.', '/')}`);
  const faults = [
    sends ? interfaceFault(name, interfaceNames(), hardwareOf(name)) : null,
    config.handshake.tool === 'wget' ? kernelFault(mptcpSysctls(), { container: inContainer(), writable }) : null,
  ];
  const fault = faults.find((one) => one !== null);
  if (fault !== undefined) throw fault;
}
