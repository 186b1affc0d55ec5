import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Config } from '../../config/config.ts';
import { atLeast, unknown } from '../../core/cost/range.ts';
import { unpurged } from '../../core/folder/raw-files.ts';
import { jsonOf } from '../../core/process/lines.ts';
import { someAtOnce } from '../../core/side-by-side/at-once.ts';
import type { CollectContext, DecodeContext, Program, RawRow, Tool } from '../../core/tool.ts';
import { appendFile } from '../../core/writing.ts';
import type { Way } from '../../roles.ts';
import type { HopsRecord } from '../../schemas/records/hops.ts';
import { Traced, TracerouteRaw } from './raw.ts';

const program: Program = {
  name: 'traceroute',
  version: { args: ['--version'], pattern: /traceroute for Linux, version (\S+)/ },
  apt: 'traceroute',
  privileges: 'CAP_NET_RAW',
  okExits: [0],
};

const output = 'traceroute.ndjson';
/** Between two packets of one process. */
const pauseMs = 50;
/** How long a silent hop is waited for. */
const waitSeconds = 2;
const atOnceMost = 32;

type Context = CollectContext<Way, Config>;

function largest({ hops }: Config): number {
  return hops === false ? 24 : hops.ttl;
}

/** So many that together they keep to the rate; one keeps to its own pause at least. */
function atOnce({ scan }: Config): number {
  return Math.max(1, Math.min(atOnceMost, Math.floor((scan.rate ?? Number.POSITIVE_INFINITY) / (1000 / pauseMs))));
}

async function trace(context: Context, way: Way, place: number): Promise<void> {
  const { folder, config } = context;
  const { address, port, probe } = way;
  const pause = Math.max(pauseMs, 1000 / (config.scan.rate ?? Number.POSITIVE_INFINITY)) / 1000;
  const stdout = `traceroute-${place}.txt`;
  await context.exec({
    program,
    args: [
      ...['-n', '-T', '-p', String(port), '-q', '1', '-N', '1', '-z', String(pause), '-w', String(waitSeconds)],
      ...['-m', String(largest(config))],
      ...(config.scan.interface === null ? [] : ['-i', config.scan.interface]),
      address,
    ],
    stdout,
    timeoutMs: (largest(config) * (waitSeconds + pause) + 60) * 1000,
  });
  const lines = (await readFile(join(folder, stdout), 'utf8')).split('\n').filter((line) => line !== '');
  await appendFile(join(folder, output), `${JSON.stringify({ address, port, probe, lines })}\n`);
  await rm(join(folder, stdout));
}

async function collect(context: Context): Promise<void> {
  const ways: Way[] = [];
  for await (const way of context.rows()) ways.push(way);
  await appendFile(join(context.folder, output), '');
  let done = 0;
  await someAtOnce([...ways.entries()], atOnce(context.config), async ([place, way]) => {
    context.signal.throwIfAborted();
    await trace(context, way, place);
    context.progress(++done);
  });
}

/** ` 4  198.18.4.2  0.104 ms`, ` 3  *` or ` 5  198.18.4.2  0.065 ms !X`. */
const hopLine = /^\s*(\d+)\s+(?:\*|(\S+)\s+([\d.]+) ms(?:\s+(!\S+))?)\s*$/;

function hopsOf(lines: readonly string[]): TracerouteRaw['hops'] {
  return lines.flatMap((line) => {
    const [, ttl, address = null, rtt, mark] = hopLine.exec(line) ?? [];
    if (ttl === undefined) return [];
    return [{ ttl: Number(ttl), address, rtt_ms: rtt === undefined ? null : Number(rtt), barred: mark !== undefined }];
  });
}

async function* decode(context: DecodeContext<Way, Config>): AsyncIterable<RawRow[]> {
  const traced = new Map<string, Traced>();
  for await (const lines of context.rawLines(output)) {
    const broken: RawRow[] = [];
    for (const line of unpurged(lines)) {
      const { data } = Traced.safeParse(jsonOf(line));
      if (data === undefined) broken.push({ value: null, line });
      else traced.set(`${data.address} ${data.port} ${data.probe}`, data);
    }
    yield broken;
  }
  for await (const rows of context.batches()) {
    yield rows.flatMap((way) => {
      const found = traced.get(`${way.address} ${way.port} ${way.probe}`);
      return found === undefined ? [] : [{ value: { ...way, hops: hopsOf(found.lines) } }];
    });
  }
}

const exceeded = { 4: 11, 6: 3 } as const;

/** Who answered and how far they are; of options it says nothing, since it sends none of ours. */
function toRecord({ address, port, probe, drawn_as, hops }: TracerouteRaw): HopsRecord {
  const known = hops.flatMap((hop) => (hop.address === null ? [] : [{ ...hop, address: hop.address }]));
  const end = known.find((hop) => hop.address === address || hop.barred);
  const before = known.filter((hop) => hop !== end && (end === undefined || hop.ttl < end.ttl));
  return {
    ...{ address, port, probe, drawn_as },
    hops: before.map((hop) => ({
      ...{ ttl: hop.ttl, address: hop.address, icmp_type: exceeded[hop.address.includes(':') ? 6 : 4], icmp_code: 0 },
      ...{
        shows: null,
        differs: [],
        reply_ttl: null,
        rtt_us: hop.rtt_ms === null ? null : Math.round(hop.rtt_ms * 1000),
      },
    })),
    ...{
      last_intact_ttl: null,
      last_intact: null,
      first_changed_ttl: null,
      first_changed: null,
      first_changed_shows: null,
    },
    contradicted: 0,
    answer: end?.barred ? 'unreachable' : null,
    answered_ttl: end?.ttl ?? null,
    ...{ answer_option: null, answer_window: null, answer_order: null, answer_reply_ttl: null },
    hop_before: before.at(-1)?.address ?? null,
    ...{ echo_ttl: null, echo_expired_ttl: null, echo_expired: null, cause: null, nearer: 0 },
    failure: known.length === 0 ? 'timeout' : null,
  };
}

/** Debian's traceroute with TCP SYNs of its own, one process for each way: hops without what became of our option. */
export const traceroute: Tool<Way, TracerouteRaw, HopsRecord, Config> = {
  name: 'traceroute',

  programs: [program],

  collect,

  decode,

  raw: TracerouteRaw,

  toRecord,

  cost({ units }, config) {
    const seconds = (Math.ceil(units / atOnce(config)) * largest(config) * (waitSeconds * 1000 + pauseMs)) / 1000;
    return { packets: atLeast(units), bytes: unknown, seconds: { least: 0, most: seconds } };
  },
};
