import { existsSync, readFileSync } from 'node:fs';
import type { Need } from '../core/process/programs.ts';
import type { Program } from '../core/tool.ts';
import { CensusError } from '../errors.ts';
import { guard } from './guard.ts';

/** Bits in CapEff (capabilities(7)). */
const capabilityBits: Record<string, number> = { CAP_NET_ADMIN: 12, CAP_NET_RAW: 13 };

/** Those capabilities of this process that our programs may need. */
export function effectiveCapabilities(): Set<string> {
  const status = readFileSync('/proc/self/status', 'utf8');
  const mask = BigInt(`0x${/^CapEff:\s*([0-9a-f]+)$/m.exec(status)?.[1] ?? '0'}`);
  const held = Object.entries(capabilityBits).filter(([, bit]) => ((mask >> BigInt(bit)) & 1n) === 1n);
  return new Set(held.map(([name]) => name));
}

/** Capabilities named in a program's `privileges` that this process lacks. */
function lackingCapabilities(privileges: string | null, held: Set<string>): string[] {
  return Object.keys(capabilityBits).filter((name) => (privileges ?? '').includes(name) && !held.has(name));
}

/** Capabilities that a program will lack here. The guard itself checks whether it must change any setting. */
export function lackingFor({ name, privileges }: Program, held: Set<string>): string[] {
  if (name === guard.name) return [];
  return lackingCapabilities(privileges, held);
}

/** Whether this is a container, as far as its runtime says so. */
export function inContainer(): boolean {
  return ['/.dockerenv', '/run/.containerenv', '/run/systemd/container'].some((path) => existsSync(path));
}

/** How to get missing capabilities in this environment. */
export function privilegeAdvice(lacking: readonly string[], here: { container: boolean; root: boolean }): string {
  const words = lacking.map((name) => name.replace('CAP_', ''));
  if (here.container) return `start the container with ${words.map((word) => `--cap-add ${word}`).join(' ')}`;
  if (here.root) {
    const set = `CapabilityBoundingSet=${lacking.join(' ')}`;
    return `root lacks them here: check the unit that starts it (${set}), and capsh --print`;
  }
  return `use sudo, or stay an ordinary user: ${asUser(lacking)}; do not use setcap on the programs, it makes the loader ignore LD_PRELOAD`;
}

/** The command that gives an ordinary user exactly what a census needs. */
function asUser(names: readonly string[]): string {
  const list = names.map((name) => `+${name.replace('CAP_', '').toLowerCase()}`).join(',');
  const user = '--reuid=$(id -u) --regid=$(id -g) --init-groups';
  return `sudo setpriv ${user} --inh-caps=${list} --ambient-caps=${list} mptcp-census run ...`;
}

/** Ways to run a census without root, for `doctor`: a command, and the lines of a systemd unit. */
export function waysWithoutRoot(): { what: string; detail: string }[] {
  const names = Object.keys(capabilityBits).reverse();
  const all = names.join(' ');
  const unit = [
    'User=census',
    `AmbientCapabilities=${all}`,
    `CapabilityBoundingSet=${all}`,
    'NoNewPrivileges=yes',
    'ExecStart=/usr/bin/npx mptcp-census run -c census.yaml runs/NAME',
  ];
  return [
    { what: 'without root, by hand', detail: asUser(names) },
    { what: 'without root, by systemd', detail: `[Service] ${unit.join('; ')}` },
  ];
}

export function adviceHere(lacking: readonly string[]): string {
  return privilegeAdvice(lacking, { container: inContainer(), root: process.getuid?.() === 0 });
}

/** @throws CensusError E_PRIVILEGES naming the first program that would lack a capability */
export function requirePrivileges(needs: Need[]): void {
  const held = effectiveCapabilities();
  for (const { stage, programs } of needs) {
    for (const program of programs) {
      const lacking = lackingFor(program, held);
      if (lacking.length === 0) continue;
      throw new CensusError(
        'E_PRIVILEGES',
        `${stage} needs ${program.name} with ${lacking.join(' and ')}, which this process does not have`,
        adviceHere(lacking),
      );
    }
  }
}
