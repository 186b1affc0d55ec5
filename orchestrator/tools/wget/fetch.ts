import type { Config } from '../../config/config.ts';
import type { CollectContext, Command, Program } from '../../core/tool.ts';

import { CensusError, ProgramError } from '../../errors.ts';
import { guard } from '../../machine/guard.ts';

import type { Endpoint } from '../../roles.ts';
import type { WgetRun } from './raw.ts';

/** mptcpize preloads a library that turns TCP sockets into MPTCP ones, and becomes the program it is given. */
export const mptcpize: Program = {
  name: 'mptcpize',
  version: { args: ['--version'], pattern: /mptcpize (\S+)/ },
  apt: 'mptcpize',
  privileges: null,
  // wget's: 4 to 8 (network, TLS, login, protocol, an answer that is an error) and 1 (other) are what a host may cause.
  // 2 and 3 (arguments, files) are ours; 255 is mptcpize without its program.
  okExits: [0, 1, 4, 5, 6, 7, 8],
};

export const wget: Program = {
  name: 'wget',
  version: { args: ['--version'], pattern: /GNU Wget (\S+)/ },
  apt: 'wget',
  privileges: null,
  okExits: [0],
};

/** Maximum number of log lines kept: a large page would fill it with progress dots. */
const LOG_LINES = 100;

/** Both ends of each connection, as the library says that the guard preloads into wget. */
export const connectionsFile = 'connections.txt';
const connectionLine = /^mptcp-census: from (\d+) to (\S+) (\d+)$/;

/** A connection of ours as connectionsFile and a capture name it. */
export function connectionOf(line: string): string | null {
  const [, local, address, port] = connectionLine.exec(line) ?? [];
  return local === undefined ? null : `${local} ${address} ${port}`;
}

/** Local ports of ours, and the one to try first. */
interface LocalPorts {
  first: number;
  last: number;
  next: number;
}

type Context = CollectContext<Endpoint, Config>;

export function urlOf({ address, port }: { address: string; port: number }): string {
  const host = address.includes(':') ? `[${address}]` : address;
  return `${port === 443 ? 'https' : 'http'}://${host}:${port}/`;
}

export function userAgent(contact: string | null): string {
  return `mptcp-census (measures deployment of Multipath TCP${contact === null ? '' : `; contact: ${contact}`})`;
}

/** Bytes per second: a page without end costs nobody more than some megabytes. */
const RATE = '1m';

/** Seconds between the two requests: where a connection was held already, none. */
const waitOf = ({ hold_first, hold }: Config['handshake']) => (hold_first ? 0 : hold);

/** Longest time that one endpoint may take: connect, two answers, and the hold between them. */
export function limitMs(handshake: Config['handshake']): number {
  return 1000 * (waitOf(handshake) + 3 * handshake.timeout);
}

/** As a browser names it: with the port where that is not the scheme's own. */
function hostHeader(host: string, port: number): string {
  return port === 80 || port === 443 ? host : `${host}:${port}`;
}

/**
 * The same page twice over one connection: damage that spares a handshake and a first answer is seen in the second. Where no other
 * connection is held, they are `hold` seconds apart: this one stays open meanwhile, and announcements come at one per round trip. Names no
 * resolver, follows no redirect, keeps no state, reads no user's wgetrc.
 */
export function fetchCommand(endpoint: Endpoint, config: Config, from: LocalPorts): Command {
  const { timeout: seconds } = config.handshake;
  const hold = waitOf(config.handshake);
  const url = urlOf(endpoint);
  const options = [
    '--no-config',
    '--no-hsts',
    '--no-proxy',
    '--no-cookies',
    '--no-check-certificate',
    '--max-redirect=0',
    '--tries=1',
    `--connect-timeout=${seconds}`,
    `--read-timeout=${seconds + hold}`,
    `--wait=${hold}`,
    `--limit-rate=${RATE}`,
    `--user-agent=${userAgent(config.contact)}`,
    ...(endpoint.host === null ? [] : [`--header=Host: ${hostHeader(endpoint.host, endpoint.port)}`]),
    '--progress=dot:giga',
    '--output-document=/dev/null',
    '--output-file=-',
  ];
  return {
    program: mptcpize,
    args: ['run', guard.name, 'ports', `${from.first}-${from.last}`, String(from.next), 'wget', ...options, url, url],
    env: { LC_ALL: 'C' }, // its words are read
    stderr: connectionsFile,
    needed: connectionLine,
    timeoutMs: limitMs(config.handshake) + 30_000,
  };
}

export const isConnected = /^Connecting to .*\.\.\. connected\.$/m;

function notOurs({ stage, part }: Context): CensusError {
  const what = `${stage}/${part}: wget connected from a port of its own, so its packets cannot be told from those of others`;
  const hint = "a static wget, or one with capabilities of its own, does not preload libraries: use Debian's";
  return new CensusError('E_PROGRAM_FAILED', what, hint);
}

/** What keeps this machine from connecting to anybody: none of it is the host's. */
const hereAlone =
  /failed: (Too many open files|Cannot assign requested address|Cannot allocate memory|No buffer space available|Protocol not available|Address family not supported)/;

/** Why a log says nothing of its host; null when it does. */
function brokenHere(log: readonly string[], ended: WgetRun['ended']): string | null {
  const word = log.map((line) => hereAlone.exec(line)?.[1]).find((found) => found !== undefined);
  if (word !== undefined) return `could not connect to anybody: ${word}`;
  return ended !== 'itself' || log.some((line) => line.startsWith('Connecting to '))
    ? null
    : 'ended before it connected to anything';
}

function ofThisMachine({ stage, part }: Context, { program, args }: Command, what: string): ProgramError {
  const failure = { stage, part, argv: [program.name, ...args], exitCode: null, what, stderrTail: [] };
  const hint =
    'run that command by hand; a lower handshake.concurrency needs fewer files and ports. The same run command resumes';
  return new ProgramError('E_PROGRAM_FAILED', failure, hint);
}

/**
 * One connection to one endpoint. The log comes on stdout. After a failed connection wget would wait and try the second
 * URL: it is ended there, so that a closed port sees one SYN. What takes too long (a host that drips) is ended too: that
 * is the host's doing, not a broken program. So is a connection to one who opts out meanwhile: null then, for it was not measured to
 * its end.
 */
export async function fetchOnce(context: Context, endpoint: Endpoint, from: LocalPorts): Promise<WgetRun | null> {
  const command = fetchCommand(endpoint, context.config, from);
  const process = context.start(command);
  process.closeInput();
  let told = false;
  process.stderrLine(connectionLine).then(
    () => {
      told = true;
    },
    () => undefined, // a program that never came to connect
  );
  const log: string[] = [];
  let ended: WgetRun['ended'] = 'itself';
  let optedOut = false;
  function end(why: 'failed' | 'limit'): void {
    if (ended !== 'itself') return;
    ended = why;
    process.stop('SIGTERM').catch(() => undefined); // `done` below tells
  }
  const { optOuts } = context;
  const forget = optOuts?.onChange(() => {
    if (!optOuts.since.contains(endpoint.address)) return;
    optedOut = true;
    end('limit');
  });
  const timer = setTimeout(() => end('limit'), limitMs(context.config.handshake));
  try {
    for await (const line of process.lines()) {
      if (log.length < LOG_LINES) log.push(line);
      if (/^Connecting to .*\.\.\. failed: /.test(line)) end('failed');
    }
    const { exitCode } = await process.done;
    if (optedOut) return null;
    if (!told && log.some((line) => isConnected.test(line))) throw notOurs(context);
    const what = brokenHere(log, ended);
    if (what !== null) throw ofThisMachine(context, command, what);
    return {
      address: endpoint.address,
      port: endpoint.port,
      exit_code: ended === 'itself' ? exitCode : null,
      ended,
      log: log.join('\n'),
    };
  } finally {
    clearTimeout(timer);
    forget?.();
  }
}
