import { stat } from 'node:fs/promises';
import { clientFiles } from '../clients/config.ts';
import { gatherClients } from '../clients/gather.ts';
import type { Config } from '../config/config.ts';
import type { StageWish } from '../core/folder/changes.ts';
import { exists } from '../core/folder/files.ts';
import type { Manifest } from '../core/folder/manifest.ts';
import { isUrl, unreadable } from '../core/inputs/list-file.ts';
import { unpackerOf } from '../core/inputs/packed.ts';
import { type OnReading, readThroughInputs } from '../core/inputs/read-through.ts';
import { requirePrograms } from '../core/process/programs.ts';
import type { PartStage } from '../core/stage.ts';
import { CensusError } from '../errors.ts';
import { targetFiles } from '../lists/sources.ts';
import { pipeline } from '../pipeline.ts';
import { readOrganisations } from '../report/organisations/file.ts';
import { findTool } from '../tools/finder.ts';

/** The stages that a run with this configuration measures or decodes. */
export function partStages(config: Config): PartStage<Config>[] {
  return pipeline(findTool).flatMap((stage) => (stage.kind === 'parts' && stage.enabled(config) ? [stage] : []));
}

/** Files that the report reads beside hosts and domains. */
export function besideReport(config: Config): string[] {
  return pipeline(findTool).flatMap((stage) => (stage.kind === 'whole' ? (stage.inputs?.(config) ?? []) : []));
}

/** Local files that the stage targets reads. */
function listsOf({ targets }: Config): string[] {
  return targetFiles(targets).filter((list) => list !== '-' && !isUrl(list));
}

/** @throws CensusError E_INPUT naming a file that gives its content once: each is hashed, read through, and read by its stage */
async function requireFiles(paths: readonly string[]): Promise<void> {
  for (const path of paths) {
    const there = await stat(path).catch(() => null); // opening a missing file reports it
    if (!there?.isFIFO() && !there?.isSocket()) continue;
    const what = there.isFIFO() ? 'a named pipe' : 'a socket';
    throw new CensusError(
      'E_INPUT',
      `${path} is ${what}, and a file is needed there`,
      'write what it gives into a file, and name that',
    );
  }
}

/** @throws CensusError E_PROGRAM_MISSING without a program that a list needs to be unpacked */
async function requireUnpackers(config: Config): Promise<void> {
  for (const path of listsOf(config)) {
    const cannot = (cause: unknown) => {
      throw unreadable(path, cause);
    };
    const program = (await exists(path).catch(cannot)) ? await unpackerOf(path).catch(cannot) : null;
    if (program !== null) await requirePrograms([{ stage: `targets (${path})`, programs: [program] }]);
  }
}

/**
 * Reads every file that later stages need, to its end.
 * @param before of an earlier start: what that read is not read again
 * @param onReading is told of files that take long to read
 * @throws CensusError naming a file that they could not use
 */
export async function checkInputs(config: Config, before: Manifest | null, onReading?: OnReading): Promise<void> {
  await requireFiles(inputsOf(config));
  if (before?.stages.targets?.status !== 'done') await requireUnpackers(config);
  await readThroughInputs(partStages(config), config, before, onReading === undefined ? {} : { onReading });
  if (config.asn.organisations !== null) await readOrganisations(config.asn.organisations);
  await gatherClients(clientFiles(config), null);
}

/** Files outside the run folder that decoding and the report read: a replay needs them as they were. */
export function decodeInputs(config: Config): string[] {
  const ofTools = partStages(config).flatMap((stage) => stage.tool(config).inputs?.(config) ?? []);
  return [...ofTools, ...besideReport(config)];
}

/** What a configuration wants of each stage: whether it runs, and which files outside the run folder it reads; the blocklist is kept by the run. */
export function wishesOf(config: Config): StageWish[] {
  return pipeline(findTool).flatMap((stage) => {
    // It has no parts that could be finished: with another content it is made again.
    if (stage.kind === 'whole') return [{ name: stage.name, enabled: true, inputs: stage.inputs?.(config) ?? [] }];
    const enabled = stage.enabled(config);
    const ofTool = enabled ? (stage.tool(config).inputs?.(config) ?? []) : [];
    return [{ name: stage.name, enabled, inputs: stage.name === 'targets' ? [...ofTool, ...listsOf(config)] : ofTool }];
  });
}

/** Files outside the run folder that a run with this configuration reads. */
export function inputsOf(config: Config): string[] {
  return wishesOf(config).flatMap(({ inputs }) => inputs);
}
