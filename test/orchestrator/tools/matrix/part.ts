import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { z } from 'zod';
import { Config } from '../../../../orchestrator/config/config.ts';
import { RunFolder } from '../../../../orchestrator/core/folder/folder.ts';
import { collectPart } from '../../../../orchestrator/core/part/collect.ts';
import type { PartJob } from '../../../../orchestrator/core/part/site.ts';
import type { PartStage } from '../../../../orchestrator/core/stage.ts';
import type { Command, Tool } from '../../../../orchestrator/core/tool.ts';
import { CensusError } from '../../../../orchestrator/errors.ts';
import { pipeline } from '../../../../orchestrator/pipeline.ts';
import { findTool } from '../../../../orchestrator/tools/finder.ts';
import { flavours } from '../../../../orchestrator/tools/zmap/program.ts';
import { decodeRows } from '../../core/part/decoding.ts';

/** A folder in front of PATH for programs that stand in for the real ones, to fail in their place. */
const home = mkdtempSync(join(tmpdir(), 'matrix-'));
const fakes = join(home, 'fakes');
mkdirSync(fakes);
// Floods of hundreds of megabytes lie there.
process.on('exit', () => rmSync(home, { recursive: true, force: true }));
process.env.PATH = `${fakes}${delimiter}${process.env.PATH}`;

/** Puts a shell text where a program of this name is looked for. */
export function fakeProgram(name: string, script: string): void {
  const path = join(fakes, name);
  writeFileSync(path, `#!/bin/bash\nexport LC_ALL=C\n${script}\n`);
  chmodSync(path, 0o755);
}

/** A file of bytes that the shell texts may print. */
export function fakeOutput(name: string, bytes: Uint8Array | string): string {
  const path = join(fakes, name);
  writeFileSync(path, bytes);
  return path;
}

/** What became of one part: records, why others were rejected, and what the units that have none failed of; or the error. */
export interface Outcome {
  error: CensusError | null;
  records: Record<string, unknown>[];
  reasons: string[];
  failed: Record<string, number>;
}

const Row = z.record(z.string(), z.unknown());
const Reason = z.looseObject({ reason: z.string() });

/** Limits are a matter of minutes and hours: here that of one program is a moment. */
function hurried(tool: Tool<unknown, unknown, unknown, Config>, program: string | null): typeof tool {
  const { collect } = tool;
  if (collect === undefined) return tool;
  const short = (command: Command): Command =>
    command.program.name === program ? { ...command, timeoutMs: Math.min(command.timeoutMs, 600) } : command;
  return {
    ...tool,
    decode: (context) => tool.decode({ ...context, lines: (command) => context.lines(short(command)) }),
    collect: (context) =>
      collect.call(tool, {
        ...context,
        exec: (command) => context.exec(short(command)),
        start: (command) => context.start(short(command)),
      }),
  };
}

export interface PartOf {
  stage: string;
  config: Record<string, unknown>;
  units: object[];
  /** A program that is given a moment only. */
  hurried?: string | null;
}

/** Collects and decodes one part of a stage, as a run does. */
export async function runPart({
  stage: name,
  config: given,
  units,
  hurried: program = null,
}: PartOf): Promise<Outcome> {
  const folder = new RunFolder(mkdtempSync(join(home, 'run-')));
  const config = Config.parse({ lab: true, lab_ranges: ['198.18.0.0/15'], targets: { list: 'x' }, ...given });
  const stage = pipeline(findTool).find((one): one is PartStage<Config> => one.name === name && one.kind === 'parts');
  if (stage === undefined) throw new Error(`no stage ${name}`);
  const tool = hurried(stage.tool(config), program);
  const input = folder.input(name, '00000');
  mkdirSync(dirname(input), { recursive: true });
  writeFileSync(input, units.map((unit) => `${JSON.stringify(unit)}\n`).join(''));
  const job: PartJob<Config> = {
    ...{ stage, tool, folder, config, part: '00000', fetched: null, seed: 1, versions: {}, optOuts: null },
    runsAs: { zmap: flavours.tree },
    signal: new AbortController().signal,
    terminal: false,
    graceMs: 400,
    onStatus: () => undefined,
    onUnits: () => undefined,
  };
  try {
    await collectPart(job);
    const { rows, counts } = await decodeRows({ stage, tool, folder, config });
    const rejects = folder.rejectsPart(name, '00000');
    const lines = existsSync(rejects) ? readFileSync(rejects, 'utf8').split('\n').filter(Boolean) : [];
    const reasons = lines.map((line) => Reason.parse(JSON.parse(line)).reason);
    return { error: null, records: rows.map((row) => Row.parse(row)), reasons, failed: counts.failed };
  } catch (error) {
    if (!(error instanceof CensusError)) throw error;
    return { error, records: [], reasons: [], failed: {} };
  }
}
