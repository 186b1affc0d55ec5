import type { Config } from '../../../config/config.ts';
import { confirmingOf, opinionsOf } from '../../../config/sections/confirm.ts';
import type { Tool } from '../../../core/tool.ts';
import type { Opinion } from '../../../roles.ts';
import type { ScanRecord } from '../../../schemas/records/scan.ts';
import type { ZmapRun } from '../command.ts';
import { opinionsCost } from '../cost.ts';
import { zmapFacts } from '../facts.ts';
import { zmapLeftOut } from '../left-out.ts';
import { dropsOptOuts, zmapProgram } from '../program.ts';
import { replyFields, ZmapRaw } from '../raw.ts';
import { runZmap } from '../run.ts';
import { allReplies, probeRun, zmap } from '../tool.ts';

type Ports = readonly number[];

/** Ports of a part's units, in order: each has targets of its own. */
async function portsOf(batches: AsyncIterable<Opinion[]>): Promise<Ports> {
  const ports = new Set<number>();
  for await (const rows of batches) for (const { port } of rows) ports.add(port);
  return [...ports].sort((a, b) => a - b);
}

/** One question after the other, each to everybody before the next: so a target rests between two, and nobody waits for that alone. */
function runsOf(config: Config, ports: Ports): ZmapRun[] {
  return opinionsOf(config).flatMap((probe) =>
    ports.flatMap((port) => ([4, 6] as const).map((family) => probeRun({ family, port, probe, group: String(port) }))),
  );
}

/** zmap with our probe module, once for each second opinion: never several SYNs to a target at once, which would share loss, limits and backend. */
export const opinions: Tool<Opinion, ZmapRaw, ScanRecord, Config> = {
  name: 'zmap',

  partsAtOnce: 3,

  programs: [zmapProgram],

  takesOptOuts: dropsOptOuts,

  async collect(context) {
    const ports = await portsOf(context.batches());
    async function* targetsAt(wanted: number): AsyncGenerator<string> {
      for await (const { address, port } of context.rows()) if (port === wanted) yield address;
    }
    const groups = ports.map((port) => ({ group: String(port), targets: targetsAt(port) }));
    const apart = 1000 * (confirmingOf(context.config)?.apart ?? 0);
    await runZmap(context, groups, runsOf(context.config, ports), { apart });
  },

  async *decode(context) {
    const sent = new Set<string>();
    for await (const rows of context.batches()) {
      for (const { address, port } of rows) sent.add(`${port} ${address.includes(':') ? 6 : 4}`);
    }
    for (const { name, family, group } of runsOf(context.config, await portsOf(context.batches()))) {
      if (sent.has(`${group} ${family}`)) yield* allReplies(context, name);
    }
  },

  raw: ZmapRaw,

  fields: Object.keys(replyFields),

  toRecord: (raw, context) => zmap.toRecord(raw, context),

  facts: zmapFacts,

  leftOut: zmapLeftOut,

  cost: opinionsCost,
};
