import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Config } from '../config/config.ts';
import { makeFolder, writeWhole } from '../core/folder/files.ts';
import { RunFolder } from '../core/folder/folder.ts';
import { RawReader } from '../core/folder/raw-files.ts';
import { collectPart } from '../core/part/collect.ts';
import { askedInput } from '../core/part/screened.ts';
import { type PartJob, stepContext } from '../core/part/site.ts';
import type { PartStage } from '../core/stage.ts';
import { roles, type SentinelQuestion } from '../roles.ts';
import type { ScanRecord } from '../schemas/records/scan.ts';
import { rowScreen } from '../stages/define.ts';
import { lateScreen } from '../stages/units/screen.ts';
import { findTool } from '../tools/finder.ts';

/** What of a run asking needs. */
export type Asking = Pick<PartJob<Config>, 'config' | 'seed' | 'signal' | 'optOuts' | 'runsAs' | 'versions'> & {
  /** For what the prober reads and writes; removed afterwards. */
  temp: string;
};

/** A stage of its own beside those of the run: it leaves no part behind. */
const stage: PartStage<Config> = {
  kind: 'parts',
  name: 'sentinels',
  reads: [],
  role: roles.sentinel_prober,
  enabled: () => true,
  tool: () => findTool('sentinel_prober', 'zmap'),
  async *units() {},
  lateScreen: (optedOut) => rowScreen('address', lateScreen(optedOut)),
  unanswered: 'timeout',
  partSize: () => 1,
};

const part = RunFolder.partName(0);

/** Asks each of these addresses its question, and gives what came back: no record where nothing did. */
export async function askSentinels(questions: readonly SentinelQuestion[], asking: Asking): Promise<ScanRecord[]> {
  const { temp, ...known } = asking;
  const folder = new RunFolder(temp);
  await rm(temp, { recursive: true, force: true });
  try {
    await makeFolder(join(temp, 'raw', stage.name, 'input'));
    const lines = questions.map((question) => `${JSON.stringify(question)}\n`).join('');
    await writeWhole(folder.input(stage.name, part), lines);
    const quiet = { terminal: false, onStatus: () => undefined, onUnits: () => undefined };
    const job: PartJob<Config> = {
      ...known,
      ...quiet,
      stage,
      tool: stage.tool(known.config),
      part,
      fetched: null,
      folder,
    };
    await collectPart(job);
    return await recordsOf(job);
  } finally {
    await rm(temp, { recursive: true, force: true });
  }
}

async function recordsOf(job: PartJob<Config>): Promise<ScanRecord[]> {
  const { tool, config } = job;
  const raw = job.folder.raw(stage.name, part);
  const reader = new RawReader(raw, null);
  const context = {
    ...stepContext(job, raw, await askedInput(job, raw)),
    lines: () => {
      throw new RangeError('sentinels need no program to read their replies');
    },
    rawLines: (name: string) => reader.lines(name),
    rawRows: (name: string, complete?: (row: unknown) => unknown) => reader.rows(name, complete),
  };
  const records: ScanRecord[] = [];
  for await (const rows of tool.decode(context)) {
    for (const { value } of rows) {
      const parsed = tool.raw.safeParse(value);
      const record = parsed.success ? stage.role.record.safeParse(tool.toRecord(parsed.data, { config })) : null;
      if (record?.success) records.push(roles.sentinel_prober.record.parse(record.data));
    }
  }
  return records;
}
