import { join } from 'node:path';
import type { Config } from '../../config/config.ts';
import { isAskedByWget } from '../../config/sections/handshake.ts';
import type { CollectContext } from '../../core/tool.ts';
import { writeFile } from '../../core/writing.ts';
import type { Endpoint } from '../../roles.ts';
import { capturing, type Local } from './capture.ts';
import { fetchOnce, limitMs } from './fetch.ts';
import { holdAll, holdingSeconds } from './hold.ts';
import { type Ports, withJoins } from './join.ts';
import type { WgetRun } from './raw.ts';

export const runsFile = 'wget.ndjson';

type Context = CollectContext<Endpoint, Config>;

/** Ports that one wget may take before the next one's are tried. */
const PORTS_EACH = 2;

/** Runs `concurrency` processes at a time; the first broken program ends them all. */
async function fetchAll(
  context: Context,
  endpoints: Endpoint[],
  [first, last]: Ports,
  before: number,
): Promise<WgetRun[]> {
  const runs: WgetRun[] = [];
  const waiting = endpoints.entries();
  let broken = false;
  let done = before;
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

/** Half of our local ports for held connections, half for pages: the two to one endpoint are told apart by them. Those of joins are the last. */
function halves([first, end]: Ports, joins: Ports | null): { holds: Ports; pages: Ports } {
  const last = joins === null ? end : joins[0] - 1;
  const middle = first + Math.floor((last - first) / 2);
  return { pages: [first, middle], holds: [middle + 1, last] };
}

/** Holds a connection to each, then lets wget ask those that were connected, on its ports. */
async function holdThenFetch(
  context: Context,
  endpoints: Endpoint[],
  { holds, pages }: ReturnType<typeof halves>,
): Promise<WgetRun[]> {
  const asked = endpoints.filter(({ address }) => context.optOuts?.since.contains(address) !== true);
  const asksPage = ({ port }: Endpoint) => isAskedByWget(port, context.config.handshake);
  const before = endpoints.length - asked.length;
  // An endpoint that wget asks too is done when that is.
  const pagesAtMost = asked.filter(asksPage).length;
  const measured = await holdAll(context, asked, holds, (ended) =>
    context.progress(before + Math.max(0, ended - pagesAtMost)),
  );
  const connected = (endpoint: Endpoint) => measured.get(`${endpoint.address} ${endpoint.port}`);
  for (const endpoint of endpoints) if (connected(endpoint) === undefined) context.leaveOut(endpoint);
  const fetched = asked.filter((endpoint) => connected(endpoint) === true && asksPage(endpoint));
  return await fetchAll(context, fetched, pages, endpoints.length - fetched.length);
}

/** Seconds that a part may take. */
export function secondsFor(units: number, ports: readonly number[], config: Config): number {
  const { handshake } = config;
  const pages = ports.filter((port) => isAskedByWget(port, handshake)).length;
  const rounds = Math.ceil(pages / handshake.concurrency);
  return (handshake.hold_first ? holdingSeconds(units, config) : 0) + (rounds * limitMs(handshake)) / 1000;
}

/** Holds and asks, with a path manager beside it where announced addresses are to be joined. */
async function holdAndAsk(context: Context, endpoints: Endpoint[], own: Local, seconds: number): Promise<WgetRun[]> {
  const joins = own.join_ports ?? null;
  const parts = halves(own.ports, joins);
  const work = () => holdThenFetch(context, endpoints, parts);
  return joins === null ? await work() : await withJoins(context, { held: parts.holds, own: joins, seconds }, work);
}

/** Raw files of a part: a capture, and how each connection went. */
export async function collect(context: Context): Promise<void> {
  const endpoints: Endpoint[] = [];
  for await (const endpoint of context.rows()) endpoints.push(endpoint);
  const ports = endpoints.map(({ port }) => port);
  const seconds = secondsFor(endpoints.length, ports, context.config);
  await capturing(context, ports, 1000 * seconds + 60_000, async (own) => {
    const runs = context.config.handshake.hold_first
      ? await holdAndAsk(context, endpoints, own, seconds)
      : await fetchAll(context, endpoints, own.ports, 0);
    await writeFile(join(context.folder, runsFile), runs.map((run) => `${JSON.stringify(run)}\n`).join(''));
  });
}
