import { join } from 'node:path';
import type { Config } from '../../config/config.ts';
import { type Stream, Streams } from '../../connection/streams.ts';
import { isSubflow, kindOf, parentFinder } from '../../connection/subflow.ts';
import { rawExists, rawPath, rawStream, rawText } from '../../core/folder/raw-files.ts';
import { jsonOf, lineBatches } from '../../core/process/lines.ts';
import type { DecodeContext, RawRow } from '../../core/tool.ts';
import type { Endpoint } from '../../roles.ts';
import type { ConnectionName } from '../../schemas/lists.ts';
import { captureFile } from './capture.ts';
import { runsFile } from './collect.ts';
import { connectionOf, connectionsFile } from './fetch.ts';
import { heldFile } from './hold.ts';
import { readJoins } from './join.ts';
import { dissect, readPacket } from './packets.ts';
import { ConnectorRun, WgetRun } from './raw.ts';

/** Our own connections by both their ends; null in runs of earlier versions, which did not know them from those of others. */
async function readConnections(folder: string): Promise<Set<string> | null> {
  const path = join(folder, connectionsFile);
  if (!(await rawExists(path))) return null;
  const own = new Set<string>();
  for await (const lines of lineBatches(await rawStream(path))) {
    for (const line of lines) {
      const ends = connectionOf(line);
      if (ends !== null) own.add(ends);
    }
  }
  return own;
}

const linesOf = async (path: string) => (await rawText(path)).split('\n').filter((line) => line !== '');

async function readRuns(folder: string): Promise<Map<string, WgetRun>> {
  const runs = (await linesOf(join(folder, runsFile))).map((line) => WgetRun.parse(jsonOf(line)));
  return new Map(runs.map((run) => [`${run.address} ${run.port}`, run]));
}

/** Null where no connection was held: with `hold_first: false`, and in runs of earlier versions. */
async function readHolds(folder: string): Promise<Map<string, ConnectorRun> | null> {
  const path = join(folder, heldFile);
  if (!(await rawExists(path))) return null;
  const runs = (await linesOf(path)).map((line) => ConnectorRun.parse(jsonOf(line)));
  return new Map(runs.map((run) => [`${run.address} ${run.port}`, run]));
}

type Own = Record<ConnectionName, Set<string> | null>;

const heldConnections = (holds: Map<string, ConnectorRun>) =>
  new Set([...holds.values()].map(({ local_port, address, port }) => `${local_port} ${address} ${port}`));

/** Which of our connections one is, by both its ends; null for somebody else's. */
function nameOf(ends: string, { held, page }: Own): ConnectionName | null {
  if (held?.has(ends)) return 'held';
  return page === null || page.has(ends) ? 'page' : null;
}

/** Connections by the endpoint that they were opened to, and subflows by their connection. */
function sortStreams(streams: Stream[], own: Own) {
  const connections = new Map<string, Record<ConnectionName, Stream[]>>();
  const subflows = new Map<Stream, Stream[]>();
  const first = streams.filter((stream) => kindOf(stream) === 'connection');
  for (const stream of first) {
    const [client, server] = stream.client === 1 ? stream.ends.toReversed() : stream.ends;
    // Nobody knows who opened it: it cannot be said to be ours.
    if (stream.client === null || client === undefined || server === undefined) continue;
    const name = nameOf(`${client.port} ${server.address} ${server.port}`, own);
    if (name === null) continue;
    const key = `${server.address} ${server.port}`;
    const known = connections.get(key) ?? { held: [], page: [] };
    known[name].push(stream);
    connections.set(key, known);
  }
  const find = parentFinder(first);
  for (const join of streams.filter(isSubflow)) {
    const parent = find(join);
    if (parent === null) continue;
    subflows.set(parent.stream, [...(subflows.get(parent.stream) ?? []), join]);
  }
  return { connections, subflows };
}

/** One row per endpoint, in the order of the input. */
export async function* decode(context: DecodeContext<Endpoint, Config>): AsyncIterable<RawRow[]> {
  const streams = new Streams();
  for await (const line of context.lines(dissect(await rawPath(join(context.folder, captureFile)), context.folder))) {
    const packet = readPacket(line);
    if (packet === null) yield [{ value: null, line }];
    else streams.add(packet);
  }
  const runs = await readRuns(context.folder);
  const holds = await readHolds(context.folder);
  const attempts = await readJoins(context.folder);
  const own = { page: await readConnections(context.folder), held: holds === null ? null : heldConnections(holds) };
  const { connections, subflows } = sortStreams(streams.all(), own);
  for await (const { address, port, host } of context.rows()) {
    const key = `${address} ${port}`;
    const { page, held } = connections.get(key) ?? { page: [], held: [] };
    const joins = [...held, ...page].flatMap((stream) => subflows.get(stream) ?? []);
    const run = runs.get(key) ?? null;
    const join_runs = attempts === null ? {} : { join_runs: attempts.get(key) ?? [] };
    const hold = holds === null ? {} : { hold: holds.get(key) ?? null, held };
    yield [{ value: { address, port, host, run, streams: page, joins, ...join_runs, ...hold } }];
  }
}
