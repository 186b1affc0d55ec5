import { join } from 'node:path';
import type { Config } from '../../config/config.ts';
import { wayOf } from '../../config/sections/handshake.ts';
import { jsonOf } from '../../core/process/lines.ts';
import type { CollectContext, Command, Conversation, Program } from '../../core/tool.ts';
import { appendFile } from '../../core/writing.ts';
import { CensusError, ProgramError } from '../../errors.ts';
import type { Endpoint } from '../../roles.ts';
import { userAgent } from './fetch.ts';
import { ConnectorRun } from './raw.ts';

export const heldFile = 'held.ndjson';

export const connector: Program = {
  name: 'mptcp-connect',
  version: { args: ['--version'], pattern: /mptcp-connect (\S+)/ },
  apt: null,
  made: 'make -C zmap-module',
  privileges: null,
  okExits: [0],
};

type Context = CollectContext<Endpoint, Config>;
type Ports = readonly [first: number, last: number];

/** Seconds that a server may take to close after us, and one to spare. */
const CLOSING = 2;

/** Longest time that one connection may take: its SYN, the hold, TLS, the hold again, the page and its end. */
export function heldSeconds({ hold, timeout }: Config['handshake']): number {
  return 2 * hold + 3 * timeout + CLOSING;
}

/** Connections begun per second: a SYN each, so never more than the scan may send. Joins, where there are any, are as many. */
export function startsPerSecond({ handshake, scan }: Config): number {
  return Math.min(handshake.rate, scan.rate ?? handshake.rate) / (handshake.join ? 2 : 1);
}

/** Connections at once without a word on how many this machine can hold: the fewest that it is expected to. */
const FEWEST_HELD = 256;

/** Seconds that a part's connections may take in all. */
export function holdingSeconds(endpoints: number, config: Config): number {
  const rounds = Math.ceil(endpoints / (config.handshake.most_held ?? FEWEST_HELD));
  return endpoints / startsPerSecond(config) + rounds * heldSeconds(config.handshake);
}

/** Files that a process may have open on most machines, less than which it needs for the rest. */
const FILES = 16_000;

/** Processes that hold the connections between them: one has no more open files than it may. */
function processesFor(endpoints: number, config: Config): number {
  const { hold, most_held } = config.handshake;
  const atOnce = Math.min(
    endpoints,
    startsPerSecond(config) * (2 * hold + CLOSING),
    most_held ?? Number.POSITIVE_INFINITY,
  );
  return Math.max(1, Math.ceil(atOnce / FILES));
}

function command(config: Config, [first, last]: Ports, share: number, endpoints: number): Command {
  const { hold, timeout, most_held, join: joined } = config.handshake;
  const most = most_held === null ? [] : ['--most', String(Math.max(1, Math.floor(most_held / share)))];
  return {
    program: connector,
    args: [
      ...['--ports', `${first}-${last}`, '--hold', String(hold), '--timeout', String(timeout)],
      ...['--rate', String(startsPerSecond(config) / share), '--share', String(share), ...most],
      ...(joined ? ['--joined', '1'] : []),
      ...['--agent', userAgent(config.contact)],
    ],
    timeoutMs: 1000 * (holdingSeconds(endpoints, config) + 60),
    stderr: 'mptcp-connect.stderr',
  };
}

/** `ADDRESS PORT NAME WAY`, between tabs. A name that no header or SNI may hold is none. */
export function endpointLine({ address, port, host }: Endpoint, { handshake }: Config): string {
  const name = host !== null && /^[!-~]{1,255}$/.test(host) ? host : '-';
  return [address, port, name, wayOf(port, handshake)].join('\t');
}

/** Tells of each endpoint, and of those that opt out while they wait or are held. The end of the list is a line of its own. */
async function feed(process: Conversation, { config, optOuts }: Context, endpoints: readonly Endpoint[]) {
  const forget = optOuts?.onChange(async () => {
    for (const { address } of endpoints) if (optOuts.since.contains(address)) await process.writeLine(`-${address}`);
  });
  for (const endpoint of endpoints) await process.writeLine(endpointLine(endpoint, config));
  await process.writeLine('.');
  return forget;
}

function ofThisMachine({ stage, part }: Context, { program, args }: Command, { errno }: ConnectorRun): ProgramError {
  const what = `could not connect to anybody: error ${errno} of this machine`;
  const failure = { stage, part, argv: [program.name, ...args], exitCode: null, what, stderrTail: [] };
  const hint =
    'a lower handshake.most_held or handshake.rate needs fewer files and ports, and less memory. The same run command resumes';
  return new ProgramError('E_PROGRAM_FAILED', failure, hint);
}

/** It tells of each endpoint, of those too that opted out: who is missing was not measured, and did not opt out. */
function incomplete({ stage, part }: Context, missing: number, of: number): CensusError {
  const what = `${stage}/${part}: ${connector.name} ended without a word on ${missing} of ${of} endpoints`;
  return new CensusError('E_PROGRAM_FAILED', what, 'run the same command again: the part is measured anew');
}

function readRun({ stage, part }: Context, line: string): ConnectorRun {
  const { success, data } = ConnectorRun.safeParse(jsonOf(line));
  if (success) return data;
  const what = `${stage}/${part}: ${connector.name} says what this version does not understand: ${line.slice(0, 200)}`;
  throw new CensusError('E_PROGRAM_RUBBISH', what, 'build it again: make -C zmap-module');
}

/** A process with its share of the endpoints. */
interface Share {
  begin: Command;
  endpoints: readonly Endpoint[];
  process: Conversation;
}

/** Hands over each connection as it ends, in no order. */
async function hear(context: Context, { begin, endpoints, process }: Share, over: (run: ConnectorRun) => void) {
  const fed = feed(process, context, endpoints);
  try {
    for await (const lines of process.batches()) {
      for (const line of lines) {
        const run = readRun(context, line);
        if (run.outcome === 'here') throw ofThisMachine(context, begin, run);
        over(run);
      }
      await appendFile(join(context.folder, heldFile), lines.map((line) => `${line}\n`).join(''));
    }
    await process.done;
  } finally {
    process.closeInput();
    (await fed)?.();
  }
}

function begin(context: Context, endpoints: readonly Endpoint[], [first, last]: Ports): Share[] {
  const count = processesFor(endpoints.length, context.config);
  const each = Math.floor((last - first + 1) / count);
  return Array.from({ length: count }, (_, index) => {
    const own = endpoints.filter((_, at) => at % count === index);
    const ports: Ports = [first + index * each, first + (index + 1) * each - 1];
    const start = command(context.config, ports, count, own.length);
    return { begin: start, endpoints: own, process: context.start(start) };
  });
}

/**
 * A connection to each endpoint that is silent for `hold`. Resolves to those that were measured to their ends, by address and port, with
 * whether they were connected: who opted out meanwhile is not among them. The first broken process ends all.
 */
export async function holdAll(
  context: Context,
  endpoints: readonly Endpoint[],
  ports: Ports,
  onEnd: (ended: number) => void,
): Promise<Map<string, boolean>> {
  const measured = new Map<string, boolean>();
  let ended = 0;
  const over = (run: ConnectorRun) => {
    if (run.ended_by !== 'opt_out') measured.set(`${run.address} ${run.port}`, run.outcome === 'connected');
    onEnd(++ended);
  };
  const shares = begin(context, endpoints, ports);
  const endAll = () => Promise.allSettled(shares.map(({ process }) => process.stop('SIGTERM')));
  const heard = shares.map(async (share) => {
    try {
      await hear(context, share, over);
    } catch (error) {
      await endAll();
      throw error;
    }
  });
  const failed = (await Promise.allSettled(heard)).find((result) => result.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
  context.signal.throwIfAborted();
  if (ended !== endpoints.length) throw incomplete(context, endpoints.length - ended, endpoints.length);
  return measured;
}
