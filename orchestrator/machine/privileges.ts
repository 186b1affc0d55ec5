import { readFileSync } from 'node:fs';
import type { Need } from '../core/process/programs.ts';
import { CensusError } from '../errors.ts';

/** Bits in CapEff (capabilities(7)). */
const capabilityBits: Record<string, number> = { CAP_NET_ADMIN: 12, CAP_NET_RAW: 13 };

/** Names of the capabilities that this process has and programs of ours may need. */
export function effectiveCapabilities(): Set<string> {
  const status = readFileSync('/proc/self/status', 'utf8');
  const mask = BigInt(`0x${/^CapEff:\s*([0-9a-f]+)$/m.exec(status)?.[1] ?? '0'}`);
  const held = Object.entries(capabilityBits).filter(([, bit]) => ((mask >> BigInt(bit)) & 1n) === 1n);
  return new Set(held.map(([name]) => name));
}

/** Capabilities named in a program's `privileges` that this process lacks. */
export function lackingCapabilities(privileges: string | null, held: Set<string>): string[] {
  return Object.keys(capabilityBits).filter((name) => (privileges ?? '').includes(name) && !held.has(name));
}

/** @throws CensusError E_PRIVILEGES naming the first program that would lack a capability */
export function requirePrivileges(needs: Need[]): void {
  const held = effectiveCapabilities();
  for (const { stage, programs } of needs) {
    for (const program of programs) {
      const lacking = lackingCapabilities(program.privileges, held);
      if (lacking.length === 0) continue;
      throw new CensusError(
        'E_PRIVILEGES',
        `${stage} needs ${program.name} with ${lacking.join(' and ')}, which this process does not have`,
        'run it as root (sudo); setcap on the programs is no way, it makes the loader ignore LD_PRELOAD',
      );
    }
  }
}
