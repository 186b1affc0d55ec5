import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Config } from '../../config/config.ts';
import { joinToken, keysOf } from '../../connection/stream.ts';
import type { CollectContext, DecodeContext, RawRow, Tool } from '../../core/tool.ts';
import { token } from '../../mptcp/keys.ts';
import type { Endpoint } from '../../roles.ts';
import type { HandshakeRecord } from '../../schemas/records/handshake.ts';
import { captureFacts, captureFile, capturing, dumpcap, sysctl } from './capture.ts';
import { fetchOnce, limitMs, mptcpize, wget as program } from './fetch.ts';
import { dissect, Streams, tshark } from './packets.ts';
import { WgetRaw, WgetRun, type WgetStream } from './raw.ts';
import { toHandshake } from './record.ts';

const runsFile = 'wget.ndjson';

type Context = CollectContext<Endpoint, Config>;

/** Runs `concurrency` connections at a time; the first broken program ends them all. */
async function fetchAll(context: Context, endpoints: Endpoint[]): Promise<WgetRun[]> {
  const runs: WgetRun[] = [];
  const waiting = endpoints.entries();
  let broken = false;
  let done = 0;
  async function work(): Promise<void> {
    for (const [index, endpoint] of waiting) {
      if (broken || context.signal.aborted) return;
      runs[index] = await fetchOnce(context, endpoint);
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
  return runs;
}

async function collect(context: Context): Promise<void> {
  const endpoints: Endpoint[] = [];
  for await (const endpoint of context.rows()) endpoints.push(endpoint);
  const { handshake } = context.config;
  const rounds = Math.ceil(endpoints.length / handshake.concurrency);
  const ports = endpoints.map(({ port }) => port);
  await capturing(
    context,
    ports,
    async () => {
      const runs = await fetchAll(context, endpoints);
      await writeFile(join(context.folder, runsFile), runs.map((run) => `${JSON.stringify(run)}\n`).join(''));
    },
    rounds * limitMs(handshake) + 60_000,
  );
}

function serverToken(stream: WgetStream): string | null {
  const { theirs } = keysOf(stream);
  return theirs === null ? null : token(theirs, 1);
}

/** Connections by endpoint, subflows by the token of their connection. */
function sortStreams(streams: WgetStream[]) {
  const connections = new Map<string, WgetStream[]>();
  const subflows = new Map<string, WgetStream[]>();
  for (const stream of streams) {
    const name = joinToken(stream);
    const [map, key] = name === null ? [connections, `${stream.address} ${stream.port}`] : [subflows, name];
    map.set(key, [...(map.get(key) ?? []), stream]);
  }
  return { connections, subflows };
}

async function readRuns(folder: string): Promise<Map<string, WgetRun>> {
  const lines = (await readFile(join(folder, runsFile), 'utf8')).split('\n').filter((line) => line !== '');
  const runs = lines.map((line) => WgetRun.parse(JSON.parse(line)));
  return new Map(runs.map((run) => [`${run.address} ${run.port}`, run]));
}

/** One row per endpoint, in the order of the input. */
async function* decode(context: DecodeContext<Endpoint, Config>): AsyncIterable<RawRow> {
  const streams = new Streams();
  for await (const line of context.lines(dissect(join(context.folder, captureFile), context.folder))) {
    if (!streams.add(line)) yield { value: null, line };
  }
  const { connections, subflows } = sortStreams(streams.all());
  const runs = await readRuns(context.folder);
  for await (const { address, port, host } of context.rows()) {
    const own = connections.get(`${address} ${port}`) ?? [];
    const joins = own.flatMap((stream) => subflows.get(serverToken(stream) ?? '') ?? []);
    yield { value: { address, port, host, run: runs.get(`${address} ${port}`), streams: own, joins } };
  }
}

/** A real connection to every candidate, as in the 2015 study: wget under MPTCP, and a capture of its options. */
export const wget: Tool<Endpoint, WgetRaw, HandshakeRecord, Config> = {
  name: 'wget',

  programs: [mptcpize, program, dumpcap, tshark, sysctl],

  collect,

  decode,

  raw: WgetRaw,

  toRecord: (raw, { config }) => toHandshake(raw, config),

  facts: captureFacts,
};
