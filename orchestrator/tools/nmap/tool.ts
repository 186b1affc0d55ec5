import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { canonicalAddress } from '../../address/ip.ts';
import type { Config } from '../../config/config.ts';
import { rawExists, rawStream } from '../../core/folder/raw-files.ts';
import { splitLines } from '../../core/process/lines.ts';
import type { CollectContext, Command, DecodeContext, Program, RawRow, Status, Tool } from '../../core/tool.ts';
import { CensusError, ProgramError } from '../../errors.ts';
import type { Address } from '../../roles.ts';
import type { OsRecord } from '../../schemas/records/os.ts';
import { NmapRaw } from './raw.ts';
import { readHosts, XmlFault } from './xml.ts';

/**
 * "Initiating OS detection (try #1) against 64 hosts" (with -v), "Stats: 0:01:05 elapsed; 12 hosts completed (52 up), 40 undergoing OS Scan" or "OS Scan Timing: About 61.00% done; ...".
 * The last two come seldom: OS detection hardly ever looks at the clock.
 */
function status(line: string): Status | null {
  const phaseBegun = /^Initiating (.+?)(?: at \d\d:\d\d)?$/.exec(line)?.[1];
  if (phaseBegun !== undefined) return { fraction: null, text: phaseBegun };
  const stats = /^Stats: \S+ elapsed; (.+)$/.exec(line)?.[1];
  if (stats !== undefined) return { fraction: null, text: stats };
  const [, phase, percent] = /^(.+) Timing: About (\d+)(?:\.\d+)?% done/.exec(line) ?? [];
  // Each group of hosts goes through all phases: a phase's percentage is not a share of the whole.
  return phase === undefined ? null : { fraction: null, text: `${phase} ${percent} %` };
}

const program: Program = {
  name: 'nmap',
  version: { args: ['--version'], pattern: /Nmap version (\S+)/ },
  apt: 'nmap',
  privileges: 'CAP_NET_RAW, for raw packets',
  okExits: [0],
  status,
};

const families = [4, 6] as const;
type Family = (typeof families)[number];

function familyOf(address: string): Family {
  return address.includes(':') ? 6 : 4;
}

function fileOf(family: Family): { list: string; xml: string } {
  return { list: `targets-ipv${family}.txt`, xml: `nmap-ipv${family}.xml` };
}

/** Fingerprints need an open and a closed port: the census's ports, and the first above 80 that is none of them. */
function portsOf(config: Config): string {
  const { ports } = config.scan;
  let closed = 81;
  while (ports.includes(closed)) closed += 1;
  return [...ports, closed].join(',');
}

function hostTimeout(config: Config): number {
  return config.os === false ? 0 : config.os.host_timeout;
}

/** Names of output files pass through strftime there: a per cent sign is written twice. */
function outputPath(path: string): string {
  return path.replaceAll('%', '%%');
}

async function writeLists(context: CollectContext<Address, Config>): Promise<Record<Family, number>> {
  const counts = { 4: 0, 6: 0 };
  const files = {
    4: await open(join(context.folder, fileOf(4).list), 'w'),
    6: await open(join(context.folder, fileOf(6).list), 'w'),
  };
  for await (const { address } of context.rows()) {
    const family = familyOf(address);
    counts[family] += 1;
    await files[family].write(`${address}\n`);
  }
  for (const family of families) await files[family].close();
  return counts;
}

/** What it says when it may not do what it is for: not a word of that is about a host. */
const notPermitted = /requires root privileges|Operation not permitted|Permission denied/;

/** The failure of a program that lacks privileges, as one. */
function withoutPrivileges(error: unknown): unknown {
  if (!(error instanceof ProgramError) || !error.failure.stderrTail.some((line) => notPermitted.test(line)))
    return error;
  const hint =
    'the stage needs CAP_NET_RAW, and a firewall that lets its packets out; os: false does without it, and the run resumes';
  return new ProgramError('E_PRIVILEGES', error.failure, hint, error);
}

/** @throws ProgramError when packets did not leave this machine: it goes on without them, and exits with 0 */
async function requireSent({ folder, stage, part }: CollectContext<Address, Config>, { args }: Command): Promise<void> {
  const unsent = [];
  for await (const line of splitLines(await rawStream(join(folder, `${program.name}.stderr`))))
    if (/^sendto in \S+: .* => /.test(line) && notPermitted.test(line)) unsent.push(line);
  if (unsent.length === 0) return;
  const failure = { stage, part, argv: [program.name, ...args], exitCode: 0, stderrTail: unsent.slice(-3) };
  const what = `could not send ${unsent.length} packets: this machine did not permit it`;
  const hint = 'let its packets out (nft list ruleset); finished parts are kept, the same command resumes the run';
  throw new ProgramError('E_PROGRAM_FAILED', { ...failure, what }, hint);
}

/** One run per family, because the program takes one at a time. -Pn: that the hosts are up is known from the scan. */
async function collect(context: CollectContext<Address, Config>): Promise<void> {
  const { config, folder } = context;
  const counts = await writeLists(context);
  const seconds = hostTimeout(config);
  let done = 0;
  for (const family of families) {
    if (counts[family] === 0) continue;
    const { list, xml } = fileOf(family);
    const speed = config.scan.rate === null ? [] : ['--max-rate', String(config.scan.rate)];
    const how = [
      // That this process may send raw packets was looked at before the run; the program itself only asks whether it is root.
      '--privileged',
      '-O',
      '-n',
      '-Pn',
      '--max-os-tries',
      '1',
      '--osscan-guess',
      '-p',
      portsOf(config),
      '--host-timeout',
      `${seconds}s`,
    ];
    const io = ['-v', '--stats-every', '1s', '-oX', outputPath(join(folder, xml)), '-iL', join(folder, list)];
    const command: Command = {
      program,
      args: [...(family === 6 ? ['-6'] : []), ...how, ...speed, ...io],
      env: { NMAP_PRIVILEGED: '1' }, // it looks at the user alone, not at capabilities
      timeoutMs: (60 + seconds * counts[family]) * 1000,
      // a group of hosts may be silent for as long as one of them is given
      idleMs: (60 + 2 * seconds) * 1000,
      live: true,
    };
    await context.exec(command).catch((error: unknown) => {
      throw withoutPrivileges(error);
    });
    await requireSent(context, command);
    done += counts[family];
    context.progress(done);
  }
}

async function* decode(context: DecodeContext<Address, Config>): AsyncIterable<RawRow[]> {
  const asked = new Map<string, string>();
  for await (const { address } of context.rows()) asked.set(canonicalAddress(address) ?? address, address);
  for (const family of families) {
    const path = join(context.folder, fileOf(family).xml);
    if (![...asked.values()].some((address) => familyOf(address) === family)) continue;
    try {
      if (!(await rawExists(path))) throw new XmlFault('it is not there');
      for await (const { attributes, address, osmatch } of readHosts(path)) {
        const matches = osmatch.map((match) => ({ ...match.attributes, osclass: match.osclass }));
        const known = asked.get(canonicalAddress(address ?? '') ?? '');
        const value = { ...attributes, address: known ?? address, osmatch: matches };
        yield [{ value }];
      }
    } catch (cause) {
      if (!(cause instanceof XmlFault)) throw cause;
      throw new CensusError(
        'E_PROGRAM_RUBBISH',
        `${context.stage}/${context.part}: ${path} is not whole: ${cause.message}`,
        'put the file back as it was; or move the folder of this part out of raw/ and run again, which measures the part anew',
        cause,
      );
    }
  }
}

/** The accuracy is the program's own; a candidate without a class has no family and no vendor. */
function toRecord({ address, timedout, osmatch }: NmapRaw): OsRecord {
  const candidates = osmatch.map(({ name, accuracy, osclass: [first] }) => ({
    name,
    accuracy: Number(accuracy),
    family: first?.osfamily ?? null,
    vendor: first?.vendor ?? null,
  }));
  const failure = candidates.length > 0 ? null : timedout === 'true' ? 'timeout' : 'no_data';
  return { address, candidates, failure };
}

/** nmap's operating system detection, role fingerprint. Slow and intrusive: runs only where a configuration asks for it. */
export const nmap: Tool<Address, NmapRaw, OsRecord, Config> = {
  name: 'nmap',
  programs: [program],
  collect,
  decode,
  raw: NmapRaw,
  toRecord,
};
