import { readdirSync, readFileSync } from 'node:fs';
import { arch, hostname, release } from 'node:os';
import type { Config } from '../config/config.ts';
import { defaultRoute, gatewayMac, gatewayOf, sourceAddresses } from './route.ts';

const sysctlFolder = '/proc/sys/net/mptcp';

/** Every net.mptcp sysctl of this network namespace; empty when the kernel has no MPTCP. */
export function mptcpSysctls(): Record<string, string> {
  let names: string[];
  try {
    names = readdirSync(sysctlFolder);
  } catch {
    return {};
  }
  return Object.fromEntries(
    names.sort().map((name) => [`net.mptcp.${name}`, readFileSync(`${sysctlFolder}/${name}`, 'utf8').trim()]),
  );
}

/** Where the run is made, for the manifest. Named facts only: what a reader needs to weigh the numbers. */
export function vantagePoint(config: Config): Record<string, unknown> {
  const name = config.scan.interface ?? defaultRoute()?.interface ?? null;
  return {
    hostname: hostname(),
    kernel: release(),
    architecture: arch(),
    interface: name,
    source_addresses: name === null ? [] : sourceAddresses(name),
    gateway: name === null ? null : gatewayOf(name),
    gateway_mac: config.scan.gateway_mac ?? (name === null ? null : gatewayMac(name)),
    mptcp_sysctls: mptcpSysctls(),
    lab_ranges_declared_global: config.lab ? config.lab_ranges : [],
  };
}
