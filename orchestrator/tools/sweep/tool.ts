import type { z } from 'zod';
import type { Config } from '../../config/config.ts';
import { unknown } from '../../core/cost/range.ts';
import { unpurged } from '../../core/folder/raw-files.ts';
import { jsonOf } from '../../core/process/lines.ts';
import type { CollectContext, DecodeContext, RawRow, Tool } from '../../core/tool.ts';
import type { Way } from '../../roles.ts';
import type { HopsRecord } from '../../schemas/records/hops.ts';
import { requireAllAnswers, runSweep, sweepFacts, sweepFiles, sweepProgram, sweepSeconds, waitMs } from './program.ts';
import { Answer, SweepRaw } from './raw.ts';
import { toHops } from './record.ts';

const name = 'sweep';
const echo = 'echo';

type Context = CollectContext<Way, Config>;

/** The keys; `true` and the defaults are one. A part of a run that had the stage off has none. */
function settings({ hops }: Config): { ttl: number; passes: number } {
  return hops === false ? { ttl: 24, passes: 2 } : hops;
}

async function collect(context: Context): Promise<void> {
  const ways: Way[] = [];
  for await (const way of context.rows()) ways.push(way);
  if (ways.length === 0) return;
  const { ttl, passes } = settings(context.config);
  const addresses = [...new Set(ways.map(({ address }) => address))];
  const lines = [
    ...ways.map(({ address, port, probe }) => `${address} ${port} ${probe}`),
    ...addresses.map((address) => `${address} 0 ${echo}`),
  ];
  const args = ['--ttl', `1-${ttl}`, '--passes', String(passes)];
  await runSweep(context, { name, lines, args, most: ttl * passes });
  for (const way of ways) if (context.optOuts?.since.contains(way.address)) context.leaveOut(way);
  context.progress(ways.length);
}

function keyOf({ address, port, probe }: { address: string; port: number; probe: string }): string {
  return `${address} ${port} ${probe}`;
}

/** One row per way, in the order of the input. */
async function* decode(context: DecodeContext<Way, Config>): AsyncIterable<RawRow[]> {
  const answers = new Map<string, unknown[]>();
  let read = 0;
  let ways = 0;
  for await (const rows of context.batches()) ways += rows.length;
  if (ways === 0) return;
  for await (const lines of context.rawLines(sweepFiles.answers(name))) {
    read += lines.length;
    const broken: RawRow[] = [];
    for (const line of unpurged(lines)) {
      const parsed = Answer.safeParse(jsonOf(line));
      if (!parsed.success) broken.push({ value: null, line });
      else {
        const key = keyOf(parsed.data);
        const known = answers.get(key);
        if (known === undefined) answers.set(key, [parsed.data]);
        else known.push(parsed.data);
      }
    }
    yield broken;
  }
  await requireAllAnswers(context.folder, name, read);
  for await (const rows of context.batches()) {
    yield rows.map((way) => {
      const echoes = answers.get(keyOf({ address: way.address, port: 0, probe: echo })) ?? [];
      return { value: { ...way, answers: answers.get(keyOf(way)) ?? [], echoes } };
    });
  }
}

/** SYNs with our option and echo requests of growing TTL, and what routers quote of them: Tracebox without a state of its own. */
export const sweep: Tool<Way, z.infer<typeof SweepRaw>, HopsRecord, Config> = {
  name: 'sweep',

  programs: [sweepProgram],

  takesOptOuts: () => true,

  collect,

  decode,

  raw: SweepRaw,

  toRecord: toHops,

  facts: (folder) => sweepFacts(folder, name),

  /** A target that answers at a TTL is asked no larger one: how many packets that saves is not known before. */
  cost({ units }, config) {
    const { ttl, passes } = settings(config);
    const seconds = {
      least: 0,
      most: sweepSeconds(config, 2 * units, ttl * passes) + (passes * waitMs(config)) / 1000,
    };
    return { packets: { least: 2 * units, most: 2 * units * ttl * passes }, bytes: unknown, seconds };
  },
};
