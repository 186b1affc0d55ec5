import { existsSync } from 'node:fs';
import { join } from 'node:path';
import pc from 'picocolors';
import { installHint } from '../core/process/install-hint.ts';
import { type Found, findProgram, type Need } from '../core/process/programs.ts';
import type { Program } from '../core/tool.ts';
import type { RoleName } from '../roles.ts';
import { tools } from '../tools/index.ts';
import { effectiveCapabilities, lackingCapabilities } from './privileges.ts';
import { packageRoot } from './provenance.ts';
import { mptcpSysctls } from './vantage.ts';

/** One thing looked at. */
interface Finding {
  ok: boolean;
  what: string;
  /** What it is, or what to do about it. */
  detail: string;
}

const stageOfRole: Record<RoleName, string> = {
  list: 'targets',
  resolver: 'resolve',
  syn_prober: 'scan',
  connector: 'handshake',
  prefix_table: 'asn',
  registry: 'whois',
  geo_database: 'geo',
  fingerprint: 'os',
  path_probe: 'path',
};

interface Use {
  program: Program;
  stages: Set<string>;
}

/** Every program that any tool may start, with the stages that need it. */
function allPrograms(): Use[] {
  const uses = new Map<string, Use>();
  for (const [role, byName] of Object.entries(tools)) {
    for (const tool of Object.values(byName)) {
      for (const program of tool.programs ?? []) {
        const use = uses.get(program.name) ?? { program, stages: new Set() };
        for (const [name, stage] of Object.entries(stageOfRole)) if (name === role) use.stages.add(stage);
        uses.set(program.name, use);
      }
    }
  }
  return [...uses.values()];
}

function programFinding({ program, path, version }: Found, stages: Set<string>, held: Set<string>): Finding {
  const what = `${program.name} (${[...stages].join(', ')})`;
  if (path === null) {
    return { ok: false, what, detail: `not found: ${installHint(program)}` };
  }
  const lacking = lackingCapabilities(program.privileges, held);
  const here = `${version ?? 'version unknown'} at ${path}`;
  if (lacking.length === 0) return { ok: true, what, detail: here };
  return { ok: false, what, detail: `${here}, but this process lacks ${lacking.join(' and ')}: run as root` };
}

/** What each sysctl of the vantage point must be, and why. */
const wantedSysctls = [
  { name: 'net.mptcp.enabled', wanted: '1', why: 'without it no connection asks for MPTCP' },
  {
    name: 'net.mptcp.blackhole_timeout',
    wanted: '0',
    why: 'one host that drops MPTCP would turn later connections into plain TCP; the handshake stage sets 0 and puts it back',
    soft: true,
  },
];

function kernelFindings(): Finding[] {
  const sysctls = mptcpSysctls();
  if (Object.keys(sysctls).length === 0) {
    return [
      {
        ok: false,
        what: 'kernel MPTCP',
        detail: 'absent: the handshake stage needs a kernel with CONFIG_MPTCP (5.6 or later)',
      },
    ];
  }
  const known = wantedSysctls.filter(({ name }) => sysctls[name] !== undefined);
  return known.map(({ name, wanted, why, soft }) => {
    const right = sysctls[name] === wanted;
    const detail = right ? `${wanted}` : `is ${sysctls[name]}, should be ${wanted}: ${why}`;
    return { ok: right || soft === true, what: name, detail };
  });
}

function moduleFinding(): Finding {
  const path = join(packageRoot, 'zmap-module', 'build', 'mptcp_synscan.so');
  const ok = existsSync(path);
  return { ok, what: 'probe module (scan, path)', detail: ok ? path : 'not built: make -C zmap-module' };
}

function findingLine({ ok, what, detail }: Finding): string {
  return `${ok ? pc.green('ok     ') : pc.red('missing')}  ${what.padEnd(34)} ${detail}`;
}

/** The same for one configuration. */
function neededPrograms(needs: Need[]): Use[] {
  const uses = new Map<string, Use>();
  for (const { stage, programs } of needs) {
    for (const program of programs) {
      const use = uses.get(program.name) ?? { program, stages: new Set() };
      use.stages.add(stage);
      uses.set(program.name, use);
    }
  }
  return [...uses.values()];
}

/**
 * Looks at what a census needs. ok: whether all of it is there.
 * @param needs what one configuration needs; null: whatever any tool may need
 */
export async function examine(needs: Need[] | null): Promise<{ ok: boolean; lines: string[] }> {
  const held = effectiveCapabilities();
  const findings: Finding[] = [];
  for (const { program, stages } of needs === null ? allPrograms() : neededPrograms(needs)) {
    findings.push(programFinding(await findProgram(program), stages, held));
  }
  findings.push(moduleFinding(), ...kernelFindings());
  return { ok: findings.every(({ ok }) => ok), lines: findings.map(findingLine) };
}
