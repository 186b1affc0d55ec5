import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Config } from '../../config/config.ts';
import { type Stream, Streams } from '../../connection/streams.ts';
import { isSubflow, kindOf, parentOf } from '../../connection/subflow.ts';
import { atLeast, unknown } from '../../core/cost/range.ts';
import { rawExists, rawPath, rawText } from '../../core/folder/raw-files.ts';
import { type CollectContext, type DecodeContext, type RawRow, Reject, type Tool } from '../../core/tool.ts';
import { guard } from '../../machine/guard.ts';
import type { Endpoint } from '../../roles.ts';
import type { HandshakeRecord } from '../../schemas/records/handshake.ts';
import { captureFacts, captureFile, capturing, dumpcap } from './capture.ts';
import { connectionOf, connectionsFile, fetchOnce, isConnected, limitMs, mptcpize, wget as program } from './fetch.ts';
import { dissect, readPacket, tshark } from './packets.ts';
import { WgetRaw, WgetRun } from './raw.ts';
import { toHandshake } from './record.ts';

const runsFile = 'wget.ndjson';

type Context = CollectContext<Endpoint, Config>;

/** Ports that one wget may take before the next one's are tried. */
const PORTS_EACH = 2;

/** Runs `concurrency` connections at a time; the first broken program ends them all. */
async function fetchAll(context: Context, endpoints: Endpoint[], ports: readonly [number, number]): Promise<WgetRun[]> {
  const [first, last] = ports;
  const runs: WgetRun[] = [];
  const waiting = endpoints.entries();
  let broken = false;
  let done = 0;
  async function work(): Promise<void> {
    for (const [index, endpoint] of waiting) {
      if (broken || context.signal.aborted) return;
      const asked = context.optOuts?.since.contains(endpoint.address) !== true;
      const next = first + ((index * PORTS_EACH) % (last - first + 1));
      const run = asked ? await fetchOnce(context, endpoint, { first, last, next }) : null;
      if (run === null) context.leaveOut(endpoint);
      else runs[index] = run;
      context.progress(++done);
    }
  }
  const workers = Array.from({ length: context.config.handshake.concurrency }, async () => {
    try {
      await work();
    } catch (error) {
      broken = true;
      throw error;
    }
  });
  const failed = (await Promise.allSettled(workers)).find((result) => result.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
  context.signal.throwIfAborted();
  return runs.filter((run) => run !== undefined);
}

async function collect(context: Context): Promise<void> {
  const endpoints: Endpoint[] = [];
  for await (const endpoint of context.rows()) endpoints.push(endpoint);
  const { handshake } = context.config;
  const rounds = Math.ceil(endpoints.length / handshake.concurrency);
  const ports = endpoints.map(({ port }) => port);
  await capturing(context, ports, rounds * limitMs(handshake) + 60_000, async (localPorts) => {
    const runs = await fetchAll(context, endpoints, localPorts);
    await writeFile(join(context.folder, runsFile), runs.map((run) => `${JSON.stringify(run)}\n`).join(''));
  });
}

/** Our own connections by both their ends; null in runs of earlier versions, which did not know them from those of others. */
async function readConnections(folder: string): Promise<Set<string> | null> {
  const path = join(folder, connectionsFile);
  if (!(await rawExists(path))) return null;
  const lines = (await rawText(path)).split('\n');
  return new Set(lines.map(connectionOf).filter((one) => one !== null));
}

/** Connections by the endpoint that they were opened to, and subflows by their connection. */
function sortStreams(streams: Stream[], own: Set<string> | null) {
  const connections = new Map<string, Stream[]>();
  const subflows = new Map<Stream, Stream[]>();
  const first = streams.filter((stream) => kindOf(stream) === 'connection');
  for (const stream of first) {
    const [client, server] = stream.client === 1 ? stream.ends.toReversed() : stream.ends;
    // Nobody knows who opened it: it cannot be said to be ours.
    if (stream.client === null || client === undefined || server === undefined) continue;
    if (own !== null && !own.has(`${client.port} ${server.address} ${server.port}`)) continue;
    const key = `${server.address} ${server.port}`;
    connections.set(key, [...(connections.get(key) ?? []), stream]);
  }
  for (const join of streams.filter(isSubflow)) {
    const parent = parentOf(join, first);
    if (parent === null || parent.reversed) continue;
    subflows.set(parent.stream, [...(subflows.get(parent.stream) ?? []), join]);
  }
  return { connections, subflows };
}

async function readRuns(folder: string): Promise<Map<string, WgetRun>> {
  const lines = (await rawText(join(folder, runsFile))).split('\n').filter((line) => line !== '');
  const runs = lines.map((line) => WgetRun.parse(JSON.parse(line)));
  return new Map(runs.map((run) => [`${run.address} ${run.port}`, run]));
}

/** One row per endpoint, in the order of the input. */
async function* decode(context: DecodeContext<Endpoint, Config>): AsyncIterable<RawRow[]> {
  const streams = new Streams();
  for await (const line of context.lines(dissect(await rawPath(join(context.folder, captureFile)), context.folder))) {
    const packet = readPacket(line);
    if (packet === null) yield [{ value: null, line }];
    else streams.add(packet);
  }
  const { connections, subflows } = sortStreams(streams.all(), await readConnections(context.folder));
  const runs = await readRuns(context.folder);
  for await (const { address, port, host } of context.rows()) {
    const own = connections.get(`${address} ${port}`) ?? [];
    const joins = own.flatMap((stream) => subflows.get(stream) ?? []);
    yield [{ value: { address, port, host, run: runs.get(`${address} ${port}`), streams: own, joins } }];
  }
}

/** A real connection to every candidate, as in the 2015 study: wget under MPTCP, and a capture of its options. */
export const wget: Tool<Endpoint, WgetRaw, HandshakeRecord, Config> = {
  name: 'wget',

  programs: [mptcpize, program, dumpcap, tshark, guard],

  takesOptOuts: () => true,

  collect,

  decode,

  raw: WgetRaw,

  /** Without a packet of a connection that was made nothing can be said of it: not that it fell back, nor that it did not. */
  toRecord(raw, { config }) {
    const { run, streams, address, port } = raw;
    if (streams.length === 0 && isConnected.test(run.log)) return new Reject('not_captured', `${address} ${port}`);
    return toHandshake(raw, config);
  },

  facts: captureFacts,

  /** A connection each, so many at a time; how long one lasts is the host's doing, up to the limit. */
  cost({ units }, { handshake }) {
    const rounds = Math.ceil(units / handshake.concurrency);
    const seconds = { least: 0, most: (rounds * limitMs(handshake)) / 1000 };
    return { packets: atLeast(units), bytes: unknown, seconds };
  },
};
