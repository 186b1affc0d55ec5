import { existsSync, readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import pc from 'picocolors';
import { checkSourcesOf, checkTools } from '../census.ts';
import type { Config } from '../config/config.ts';
import { unfilled } from '../config/file.ts';
import { readOptOuts } from '../config/restraint.ts';
import type { OnReading } from '../core/inputs/read-through.ts';
import { installHint } from '../core/process/install-hint.ts';
import { type Found, findProgram, type Need } from '../core/process/programs.ts';
import type { Program } from '../core/tool.ts';
import { CensusError } from '../errors.ts';
import { checkInputs } from '../inputs/inputs.ts';
import { pipeline } from '../pipeline.ts';
import { roles } from '../roles.ts';
import { findTool } from '../tools/finder.ts';
import { tools } from '../tools/index.ts';
import { dropsOptOuts, flavours, plugin, zmapProgram } from '../tools/zmap/program.ts';
import { leastOpenFiles, openFiles } from './engine.ts';
import { ownResetObstacles } from './firewall.ts';
import { guardWords } from './guard.ts';
import { adviceHere, effectiveCapabilities, lackingFor, waysWithoutRoot } from './privileges.ts';
import { guardLooks, requireReady } from './ready.ts';
import { defaultRoute, gatewayMac, gatewayOf, sourceAddresses } from './route.ts';
import { mptcpSysctls } from './vantage.ts';

const hostsFile = '/etc/hosts';

/** The result of one check. */
interface Finding {
  ok: boolean;
  /** true: worth knowing, but no obstacle. */
  hint?: boolean;
  what: string;
  /** What it is, or what to do about it. */
  detail: string;
}

interface Use {
  program: Program;
  stages: Set<string>;
}

/** The stages that need a role. */
function stagesOf(role: string): string[] {
  const known = new Map<string, unknown>(Object.entries(roles));
  return pipeline(findTool).flatMap((stage) =>
    stage.kind === 'parts' && stage.role === known.get(role) ? [stage.name] : [],
  );
}

/** Everything that any tool may need, by stage. */
function allNeeds(): Need[] {
  return Object.entries(tools).flatMap(([role, byName]) => {
    const programs = Object.values(byName).flatMap((tool) => tool.programs ?? []);
    return stagesOf(role).map((stage) => ({ stage, programs }));
  });
}

function usesOf(needs: Need[]): Use[] {
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

function programFinding(
  { program, path, version, runsAs, unfit }: Found,
  stages: Set<string>,
  held: Set<string>,
): Finding {
  const what = `${program.name} (${[...stages].join(', ')})`;
  if (path === null) {
    return { ok: false, what, detail: `not found: ${installHint(program)}` };
  }
  const here = `${version ?? 'version unknown'} at ${path}${runsAs === null ? '' : ` (${runsAs})`}`;
  if (unfit !== null) return { ok: false, what, detail: `${here}: ${unfit.what}: ${unfit.hint}` };
  const lacking = lackingFor(program, held);
  if (lacking.length === 0) return { ok: true, what, detail: here };
  return {
    ok: false,
    what,
    detail: `${here}, but this process lacks ${lacking.join(' and ')}: ${adviceHere(lacking)}`,
  };
}

/** Without a rule in the kernel's packet filter our SYNs carry timestamps as usual. A run records that and goes on. */
function timestampsFinding(why: string): Finding {
  const what = 'SYNs without timestamps (handshake)';
  const detail = `not possible here (${why}): a server's announcement of an IPv6 address with a port does not fit beside timestamps and is missed. Needs CAP_NET_ADMIN and nf_tables in kernel 5.18 or later`;
  return { ok: true, hint: true, what, detail };
}

/** The guard itself checks whether the settings are as the handshake needs them, or can be changed and restored afterwards. */
async function kernelFindings(config: Config | null): Promise<Finding[]> {
  const what = 'kernel (handshake)';
  if (Object.keys(mptcpSysctls()).length === 0)
    return [
      { ok: false, what, detail: 'no MPTCP: the handshake stage needs a kernel with CONFIG_MPTCP (5.6 or later)' },
    ];
  const { fault, timestamps } = await guardLooks(config === null ? ['bare-syns'] : guardWords(config.handshake));
  if (fault !== null) return [{ ok: false, what, detail: `${fault.message}: ${fault.hint}` }];
  const held = {
    ok: true,
    what,
    detail: 'MPTCP is on; settings that are not right are changed while measuring and restored afterwards',
  };
  return timestamps === null ? [held] : [held, timestampsFinding(timestamps)];
}

/** Only a zmap that loads the plug-in needs it. */
function moduleFinding(found: Found[]): Finding[] {
  const zmap = found.find(({ program }) => program === zmapProgram);
  if (zmap?.runsAs === flavours.tree || zmap?.runsAs === flavours.tree6) return [];
  const ok = existsSync(plugin);
  return [
    { ok, what: 'probe module (scan, rescan, confirm, path)', detail: ok ? plugin : 'not built: make -C zmap-module' },
  ];
}

/** Only the plug-in can keep a running zmap from sending a packet. */
function optOutFinding(found: Found[]): Finding[] {
  const runsAs = (program: Program) => found.find((one) => one.program === program)?.runsAs ?? null;
  const zmap = runsAs(zmapProgram);
  if (zmap === null || dropsOptOuts(runsAs)) return [];
  const detail = `zmap with the module ${zmap} does not accept them while it is sending: it is stopped, and its part is sent again without those who opted out. The plug-in for zmap 2.1.1 accepts them`;
  return [{ ok: true, hint: true, what: 'opt-outs during a run (scan, rescan, confirm, path)', detail }];
}

/** zmap looks up the machine's own name before it sends; without an entry the query goes to the resolver. */
function hostnameFinding(): Finding {
  const name = hostname();
  const entries = existsSync(hostsFile) ? readFileSync(hostsFile, 'utf8').split('\n') : [];
  const known = entries.some((line) => (line.split('#')[0] ?? '').split(/\s+/).slice(1).includes(name));
  const what = `${name} in ${hostsFile}`;
  if (known) return { ok: true, what, detail: 'present' };
  const detail = `missing: zmap looks it up in the DNS at each start; add the line "127.0.1.1 ${name}"`;
  return { ok: true, hint: true, what, detail };
}

/** The interface and gateway of the scan. A run asks the gateway for its hardware address if the kernel does not know it. */
function routeFindings(config: Config | null): Finding[] {
  const name = config?.scan.interface ?? defaultRoute()?.interface ?? null;
  if (name === null) return [{ ok: true, hint: true, what: 'default route', detail: 'none: set scan.interface' }];
  const gateway = gatewayOf(name);
  const mac = config?.scan.gateway_mac ?? gatewayMac(name) ?? 'MAC address not known yet: a run asks for it';
  const by = gateway === null ? '' : `, gateway ${gateway} (${mac})`;
  const detail = `${name}, from ${sourceAddresses(name).join(', ') || 'no address'}${by}`;
  return [{ ok: true, what: 'interface (scan)', detail }];
}

async function firewallFinding(): Promise<Finding[]> {
  const obstacles = await ownResetObstacles();
  if (obstacles.length === 0) return [];
  const detail = `may keep the kernel's RSTs to unexpected SYN/ACKs from leaving: ${obstacles.join('; ')}. Servers then retransmit their SYN/ACKs; a run reports whether they do`;
  return [{ ok: true, hint: true, what: 'firewall (scan)', detail }];
}

/** Required keys that are not set, files that do not exist, tools that cannot do what is configured. */
function configFindings({ config, found, inputs }: Asked & { found: Found[] }): Finding[] {
  const open = unfilled(config).map(({ key, why }) => ({ ok: false, what: key, detail: `not set: ${why}` }));
  const absent = inputs
    .filter((path) => !existsSync(path))
    .map((path) => ({ ok: false, what: path, detail: 'named in the configuration, but does not exist' }));
  return [...open, ...absent, ...toolFindings(config, found)];
}

function toolFindings(config: Config, found: Found[]): Finding[] {
  try {
    checkTools(config, found);
    return [];
  } catch (error) {
    if (!(error instanceof CensusError)) throw error;
    return [{ ok: false, what: 'configuration', detail: `${error.message}: ${error.hint}` }];
  }
}

/** The error of a check, as a finding. */
async function refusal(what: string, check: () => Promise<void>): Promise<Finding[]> {
  try {
    await check();
    return [];
  } catch (error) {
    if (!(error instanceof CensusError)) throw error;
    return [{ ok: false, what, detail: `${error.message}: ${error.hint}` }];
  }
}

function findingLine({ ok, hint, what, detail }: Finding): string {
  const word = hint ? pc.yellow('hint   ') : ok ? pc.green('ok     ') : pc.red('missing');
  return `${word}  ${what.padEnd(34)} ${detail}`;
}

/** What one configuration needs from a machine. */
interface Asked {
  config: Config;
  needs: Need[];
  /** Files named in it. */
  inputs: string[];
}

/**
 * Checks what a census needs. ok: whether all of it is there.
 * @param asked one configuration; null: everything that any tool may need
 * @param onReading is told of files that take long to read
 */
export async function examine(asked: Asked | null, onReading?: OnReading): Promise<{ ok: boolean; lines: string[] }> {
  const held = effectiveCapabilities();
  const found: Found[] = [];
  const findings: Finding[] = [];
  for (const { program, stages } of usesOf(asked?.needs ?? allNeeds())) {
    const one = await findProgram(program);
    found.push(one);
    findings.push(programFinding(one, stages, held));
  }
  findings.push(
    ...moduleFinding(found),
    ...optOutFinding(found),
    ...(await kernelFindings(asked?.config ?? null)),
    hostnameFinding(),
    {
      ok: true,
      what: 'open files',
      detail: `limit ${openFiles() ?? 'unknown'}; ${leastOpenFiles} are needed`,
    },
    ...routeFindings(asked?.config ?? null),
    ...(await firewallFinding()),
    ...waysWithoutRoot().map((way) => ({ ok: true, hint: true, ...way })),
  );
  if (asked !== null) {
    const { config, inputs } = asked;
    findings.push(
      ...configFindings({ ...asked, found }),
      ...(await refusal('source', () => checkSourcesOf(config, null))),
    );
    findings.push(...(await refusal('machine', () => requireReady(config))));
    findings.push(...(await refusal('blocklist', async () => void readOptOuts(config))));
    if (inputs.every((path) => existsSync(path)))
      findings.push(...(await refusal('input', () => checkInputs(config, null, onReading))));
  }
  return { ok: findings.every(({ ok }) => ok), lines: findings.map(findingLine) };
}
