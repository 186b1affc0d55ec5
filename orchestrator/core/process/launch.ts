import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { ownPrograms } from '../../machine/version.ts';
import type { Command, Program } from '../tool.ts';
import { markVariable } from './left-behind.ts';
import { ownerNow } from './owner.ts';

const launcher = join(ownPrograms, 'mptcp-guard');
/** Its own exit codes for a program that it could not become. */
const notStarted = [126, 127];

/** Used without a PATH, as in a bare container: an empty one would mean the working directory. */
const usualPath = ['/usr/local/bin', '/usr/bin', '/bin'].join(delimiter);

/** PATH, the sbin folders that cron and plain users leave out of it, and the folder of our own programs. */
export function searchPath(): string {
  return [process.env.PATH || usualPath, '/usr/local/sbin', '/usr/sbin', '/sbin', ownPrograms].join(delimiter);
}

/** The environment of a program: nothing else of the caller's may change what it measures, or be read by it. */
const passedOn = ['HOME', 'TERM', 'TMPDIR', 'TZ'];
/** For programs of the user's own. */
const ownPrefix = 'MPTCP_CENSUS_';

function environment(): Record<string, string> {
  const kept = Object.entries(process.env).flatMap(([name, value]): [string, string][] =>
    value !== undefined && name !== markVariable && (passedOn.includes(name) || name.startsWith(ownPrefix))
      ? [[name, value]]
      : [],
  );
  // Without a level of its own, bash takes our pipe for a remote shell's and reads ~/.bashrc, which may set anything.
  return { ...Object.fromEntries(kept), LC_ALL: 'C', PATH: searchPath(), SHLVL: '1' };
}

const capabilities = ['CAP_NET_ADMIN', 'CAP_NET_RAW'];

/** Capabilities that a program needs, or may make use of. */
function capabilitiesOf({ privileges, mayUse }: Pick<Program, 'privileges' | 'mayUse'>): string[] {
  return capabilities.filter((name) => `${privileges ?? ''} ${mayUse ?? ''}`.includes(name));
}

/** What is to be started. */
interface Start {
  file: string;
  args: string[];
  options: { env: Record<string, string>; extendEnv: false };
}

interface Wish {
  program: Pick<Program, 'name' | 'privileges' | 'mayUse'>;
  args: readonly string[];
  env?: Command['env'];
  /** It outlives this process. */
  outlives?: boolean;
}

/**
 * A program by way of the launcher: with the capabilities that it needs and no way to more, as the owner of the run folder where this
 * process is root, and ended with this process. Its own variables are set by the launcher, which must not load what it is to preload.
 * Where it was not built, as for a replay elsewhere, a program is started as it is.
 */
export function startOf({ program, args, env = {}, outlives = false }: Wish): Start {
  const plain = { ...environment(), ...env };
  if (!existsSync(launcher)) {
    return { file: program.name, args: [...args], options: { env: plain, extendEnv: false } };
  }
  const owner = ownerNow();
  const words = [
    'run',
    ...(outlives ? [] : ['--parent', String(process.pid)]),
    ...(owner === null ? [] : ['--uid', String(owner.uid), '--gid', String(owner.gid)]),
    ...capabilitiesOf(program).flatMap((name) => ['--cap', name]),
    ...Object.entries(env).flatMap(([name, value]) => ['--env', `${name}=${value}`]),
    program.name,
    ...args,
  ];
  return { file: launcher, args: words, options: { env: environment(), extendEnv: false } };
}

/** What the launcher said when it could not become the program; null when it became it. */
export function launchFault(exitCode: number | undefined, stderrTail: readonly string[]): Error | null {
  const said = stderrTail.at(-1) ?? '';
  const failed = exitCode !== undefined && notStarted.includes(exitCode) && said.startsWith('mptcp-guard: ');
  return failed ? new Error(said) : null;
}
