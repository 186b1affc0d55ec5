import type { RunFolder } from '../folder/folder.ts';
import { readRows, rowBatches } from '../folder/ndjson.ts';
import type { LateOptOuts } from '../opt-outs/late.ts';
import type { ExecSite } from '../process/settle.ts';
import type { Status, Work } from '../progress.ts';
import type { PartStage } from '../stage.ts';
import type { StepContext, Tool } from '../tool.ts';
import type { Uplink } from '../uplink/over-uplink.ts';

/** All that the steps of one part need to know. */
export interface PartJob<C> {
  stage: PartStage<C>;
  tool: Tool<unknown, unknown, unknown, C>;
  part: string;
  /** Path of what the stage fetched for all its parts. */
  fetched: string | null;
  folder: RunFolder;
  config: C;
  seed: number;
  versions: Readonly<Record<string, string | null>>;
  /** How each program is run, as it was looked up before the run. */
  runsAs: Readonly<Record<string, string | null>>;
  signal: AbortSignal;
  terminal: boolean;
  /** See ExecSite. */
  graceMs?: number;
  optOuts: LateOptOuts | null;
  /** What its packets leave by; nobody looks at that where it is absent. */
  uplink?: Uplink | null;
  onStatus: (status: Status) => void;
  onUnits: (done: number, text?: string, work?: Work) => void;
}

/** The context of a step, over `rawFolder`. `input`: the units to ask. */
export function stepContext<C>(job: PartJob<C>, rawFolder: string, input: string): StepContext<unknown, C> {
  return {
    stage: job.stage.name,
    part: job.part,
    folder: rawFolder,
    input,
    fetched: job.fetched,
    rows: () => readRows(input, job.stage.role.input),
    batches: () => rowBatches(input, job.stage.role.input),
    config: job.config,
    seed: job.seed,
    signal: job.signal,
  };
}

export function execSite<C>(job: PartJob<C>, folder: string): ExecSite {
  return {
    stage: job.stage.name,
    part: job.part,
    folder,
    signal: job.signal,
    terminal: job.terminal,
    ...(job.graceMs === undefined ? {} : { graceMs: job.graceMs }),
    onStatus: job.onStatus,
    commands: [],
    versions: job.versions,
  };
}
