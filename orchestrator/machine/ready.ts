import { existsSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import type { Config } from '../config/config.ts';
import { nearest } from '../config/suggestion.ts';
import { firstWords } from '../core/process/exec.ts';
import { ownerNow } from '../core/process/owner.ts';
import { CensusError } from '../errors.ts';
import { gatewayFault } from './gateway.ts';
import { guard, guardWords, refusalOf } from './guard.ts';
import { adviceHere, effectiveCapabilities, inContainer } from './privileges.ts';
import { defaultRoute, hardwareOf, interfaceNames, isUp, sourceAddress } from './route.ts';
import { ownPrograms, packageRoot } from './version.ts';

const framed = [1, 772];

/** What an interface must be for zmap to send from it. */
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
    `scan.interface: ${name} carries no Ethernet frames (a VPN or another tunnel), but probes are sent as frames`,
    "name an Ethernet interface in scan.interface, with scan.gateway_mac where the default route is the tunnel's; or leave the VPN",
  );
}

/** What else zmap needs: a link, and an IPv4 address, even if all targets are IPv6. */
function sendingFault(name: string, at: { up: boolean | null; source: string | null }): CensusError | null {
  if (at.up === false)
    return new CensusError(
      'E_CONFIG',
      `the interface ${name} is down or has no link, so no packet would leave`,
      `ip link set ${name} up, and check the cable; or name another in scan.interface`,
    );
  if (at.source !== null) return null;
  return new CensusError(
    'E_CONFIG',
    `the interface ${name} has no IPv4 address, and the prober does not start without one`,
    'give it one, or name another in scan.interface',
  );
}

/** What is wrong with the way out, as far as can be known before the first probe. */
async function wayFault({ scan }: Config): Promise<CensusError | null> {
  const name = scan.interface ?? defaultRoute()?.interface ?? null;
  if (name === null)
    return new CensusError(
      'E_CONFIG',
      'this machine has no default route, so there is no known way out for the probes',
      "connect it; or set scan.interface, and scan.gateway_mac to the router's hardware address",
    );
  return (
    interfaceFault(name, interfaceNames(), hardwareOf(name)) ??
    sendingFault(name, { up: isUp(name), source: await sourceAddress(name) }) ??
    (scan.gateway_mac === null ? await gatewayFault(name) : null)
  );
}

/** The guard's refusal, with advice that fits where this process runs. */
export function guardFault(
  said: readonly string[],
  { container, held }: { container: boolean; held: ReadonlySet<string> },
): CensusError | null {
  const fault = refusalOf(said);
  if (fault === null) return null;
  const setting = /^sysctl -w (.*)$/.exec(fault.hint)?.[1];
  const here =
    container && setting !== undefined
      ? `start the container with --sysctl '${setting}' (or on the host's network: ${fault.hint})`
      : fault.hint;
  const lacks = fault.code === 'E_PRIVILEGES' && !held.has('CAP_NET_ADMIN');
  return new CensusError(fault.code, fault.message, lacks ? `${here}; or ${adviceHere(['CAP_NET_ADMIN'])}` : here);
}

/** Why our SYNs would keep their TCP timestamps; null if they would leave without them, or that was not asked for. */
export function timestampsStay(said: readonly string[]): string | null {
  return said.map((line) => /^timestamps stay: (.*)$/.exec(line)?.[1]).find((why) => why !== undefined) ?? null;
}

/** Asks the guard whether it can hold the settings that the handshake needs, and whether our SYNs would leave without timestamps. */
export async function guardLooks(
  words: readonly string[],
): Promise<{ fault: CensusError | null; timestamps: string | null }> {
  const said = (await firstWords(guard.name, ['look', ...words], guard.privileges)).split('\n');
  const fault = guardFault(said, { container: inContainer(), held: effectiveCapabilities() });
  return { fault, timestamps: timestampsStay(said) };
}

/** Of the program itself: its text, and its own programs where they are built. */
const ownFiles = [
  join(packageRoot, 'package.json'),
  ...['mptcp-guard', 'own_ports.so', 'mptcp-connect', 'mptcp-join', 'mptcp_synscan.so'].map((name) =>
    join(ownPrograms, name),
  ),
];

/** Whether this process, which is the owner of the run folder by now, may not read a path. */
async function isClosed(path: string): Promise<boolean> {
  try {
    await (await open(path)).close();
    return false;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EACCES';
  }
}

/** The first path that is closed to the programs of a run; null when none is. */
async function firstClosed(paths: readonly string[]): Promise<string | null> {
  // In a checkout that is closed to the owner not even the launcher of programs starts.
  for (const path of ownFiles) if (await isClosed(path)) return path;
  // Programs of root's have no right to pass closed folders, which this process has: one of them is asked.
  const there = [...ownFiles.filter((path) => existsSync(path)), ...paths];
  const said = await firstWords('head', ['-c', '0', '--', ...there]);
  return /cannot open '(.*)' for reading: Permission denied/.exec(said)?.[1] ?? null;
}

/**
 * If root starts a run, its programs run as the owner of the run folder, so that user must be able to read their input.
 * @throws CensusError naming the first path that they cannot read
 */
export async function requireReachable(paths: readonly string[]): Promise<void> {
  if (process.getuid?.() !== 0) return;
  const closed = await firstClosed(paths);
  if (closed === null) return;
  const hint = ownFiles.includes(closed)
    ? 'mptcp-census itself must be open to them: move it, such as to /opt, or chmod o+x the folders above it; or name a run folder of your own'
    : 'make it readable (chmod, or o+x on the folders above it), or use a run folder whose owner may read it';
  const who = ownerNow()?.uid ?? 0;
  throw new CensusError(
    'E_PRIVILEGES',
    `${closed} is not readable by user ${who}, who owns the run folder and runs the programs`,
    hint,
  );
}

/**
 * Checks, before the first packet, what the stages need from this machine besides programs.
 * @throws CensusError with advice for this machine
 */
export async function requireReady(config: Config): Promise<void> {
  const { handshake, scan } = config;
  const looks = async () => (await guardLooks(guardWords(handshake))).fault;
  const way = scan.tool === 'zmap' ? await wayFault(config) : null;
  const fault = way ?? (handshake.tool === 'wget' ? await looks() : null);
  if (fault !== null) throw fault;
}
