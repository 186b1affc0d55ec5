import type { Config } from '../../../config/config.ts';
import { exactly } from '../../../core/cost/range.ts';
import type { Tool } from '../../../core/tool.ts';
import type { SentinelQuestion } from '../../../roles.ts';
import type { ScanRecord } from '../../../schemas/records/scan.ts';
import type { ZmapRun } from '../command.ts';
import { dropsOptOuts, zmapProgram } from '../program.ts';
import { replyFields, ZmapRaw } from '../raw.ts';
import { runZmap } from '../run.ts';
import { allReplies, probeRun, zmap } from '../tool.ts';

function runOf({ address, port, probe }: SentinelQuestion): ZmapRun {
  return probeRun({ family: address.includes(':') ? 6 : 4, port, probe, group: probe });
}

/** One SYN to each address, beside whatever else is being sent. */
export const sentinels: Tool<SentinelQuestion, ZmapRaw, ScanRecord, Config> = {
  name: 'zmap',

  programs: [zmapProgram],

  takesOptOuts: dropsOptOuts,

  async collect(context) {
    const questions: SentinelQuestion[] = [];
    for await (const question of context.rows()) questions.push(question);
    const groups = questions.map(({ probe, address }) => ({
      group: probe,
      targets: (async function* () {
        yield address;
      })(),
    }));
    await runZmap(context, groups, questions.map(runOf), { beside: true });
  },

  async *decode(context) {
    for await (const question of context.rows()) yield* allReplies(context, runOf(question).name);
  },

  raw: ZmapRaw,

  fields: Object.keys(replyFields),

  toRecord: (raw, context) => zmap.toRecord(raw, context),

  cost: ({ units }) => ({ packets: exactly(units), bytes: exactly(0), seconds: exactly(0) }),
};
