import { realpath, stat } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import type { Config } from '../config/config.ts';
import { storedConfig } from '../config/stored.ts';
import { areWhole, exists } from '../core/folder/files.ts';
import { requirePlainPath } from '../core/folder/folder.ts';
import { type Manifest, readManifest, schemaVersion } from '../core/folder/manifest.ts';
import { purgeMark } from '../core/folder/purge-mark.ts';
import { CensusError, codeOf } from '../errors.ts';
import { withoutPaths } from '../report/published.ts';
import { stageFacts } from '../stages/report-facts.ts';

/** A finished run that can stand in a series. */
export interface Given {
  /** Whole path of its folder. */
  folder: string;
  /** Its name in the series: no other run has it. */
  name: string;
  manifest: Manifest;
  config: Config;
  /** When its scan began and ended, UTC. */
  time: string;
  timeEnd: string;
}

/** A given folder that is not in the series, with the reason. */
export interface LeftOut {
  folder: string;
  reason: string;
}

/** Why a folder holds no run that can be compared with others. */
function noPoint(reason: string): CensusError {
  return new CensusError('E_RUN_FOLDER', reason, 'name a finished run, such as runs/2026-11');
}

/** @throws CensusError for a folder that holds no finished run, or one that is damaged */
export async function readGiven(folder: string): Promise<Given> {
  requirePlainPath(folder);
  if (!((await stat(folder).catch(() => null))?.isDirectory() ?? false)) throw noPoint('there is no such folder');
  const manifest = await readManifest(folder);
  if (manifest === null) throw noPoint('it is no run folder: it has no manifest.json');
  if (await exists(join(folder, purgeMark)))
    throw noPoint('a purge of it was ended: repeat that, or what it was to remove would be counted');
  if (manifest.finished_at === null || manifest.stages.merge?.status !== 'done')
    throw noPoint('it is not finished: mptcp-census run resumes it');
  if (manifest.schema_version !== schemaVersion && manifest.replay !== true)
    throw noPoint(
      `its records are of schema_version ${manifest.schema_version}: mptcp-census replay decodes them again, and its folder can be given`,
    );
  const { 'hosts.parquet': hosts, 'domains.parquet': domains } = manifest.stages.merge.outputs;
  for (const [file, sha256] of Object.entries({ 'hosts.parquet': hosts, 'domains.parquet': domains })) {
    if (sha256 === undefined || !(await areWhole(folder, { [file]: sha256 })))
      throw noPoint(`it is damaged: ${file} is not what was written there (mptcp-census verify tells more)`);
  }
  const config = storedConfig(manifest.config);
  const [scan] = stageFacts(manifest, ['scan']);
  const { from, to } = scan?.measured ?? {
    from: manifest.stages.scan?.started_at ?? manifest.created_at,
    to: manifest.stages.scan?.ended_at ?? manifest.finished_at,
  };
  return { folder, name: manifest.run, manifest, config, time: from, timeEnd: to };
}

/** @throws CensusError where one run was given twice, in one folder or in a copy: it would count twice */
export function requireDistinct(runs: readonly Given[]): void {
  const known = new Map<string, string>();
  for (const { folder, manifest, time, timeEnd } of runs) {
    const identity = JSON.stringify([manifest.created_at, manifest.seed, time, timeEnd]);
    const other = known.get(identity);
    if (other !== undefined) {
      const what = other === folder ? `${folder} was given twice` : `${other} and ${folder} are the same run`;
      throw new CensusError('E_INPUT', `${what}: begun ${manifest.created_at}, seed ${manifest.seed}`, 'give it once');
    }
    known.set(identity, folder);
  }
}

/** @throws CensusError where runs of a test Internet stand beside others: one series says nothing of both */
export function requireOneWorld(runs: readonly Given[]): void {
  const lab = runs.find(({ config }) => config.lab);
  const real = runs.find(({ config }) => !config.lab);
  if (lab === undefined || real === undefined) return;
  throw new CensusError(
    'E_INPUT',
    `${lab.folder} is a run in a test Internet, ${real.folder} is not: they cannot be in one series`,
    'give runs of the one or of the other',
  );
}

/** If several runs have the same name, their start times are added. */
function named(runs: readonly Given[]): Given[] {
  const often = (name: string) => runs.filter((run) => run.name === name).length;
  return runs.map((run) => (often(run.name) > 1 ? { ...run, name: `${run.name} ${run.manifest.created_at}` } : run));
}

function inOrder(a: Given, b: Given): number {
  const [one, other] = [Date.parse(a.time), Date.parse(b.time)];
  return one - other || (a.name < b.name ? -1 : 1);
}

/**
 * Reads the given folders, in order of the scans. One that cannot be in the series is reported with its reason, never dropped silently.
 * @throws CensusError where one run was given twice, where a lab stands beside the Internet, and where nothing is left
 */
export async function readRuns(folders: readonly string[]): Promise<{ runs: Given[]; leftOut: LeftOut[] }> {
  const runs: Given[] = [];
  const leftOut: LeftOut[] = [];
  for (const given of folders) {
    const folder = await realpath(resolve(given)).catch(() => resolve(given));
    try {
      runs.push(await readGiven(folder));
    } catch (cause) {
      if (codeOf(cause) === null) throw cause;
      const reason = withoutPaths(cause instanceof Error ? cause.message : String(cause));
      leftOut.push({ folder: basename(folder), reason });
    }
  }
  requireDistinct(runs);
  requireOneWorld(runs);
  requirePoints(runs.length, leftOut);
  return { runs: named(runs.sort(inOrder)), leftOut };
}

/** @throws CensusError where nothing that was given can be a point */
export function requirePoints(points: number, leftOut: readonly LeftOut[]): void {
  if (points > 0) return;
  const [first] = leftOut;
  const why = first === undefined ? 'no run was given' : `${first.folder}: ${first.reason}`;
  throw new CensusError(
    'E_INPUT',
    `there is no run that can be a point of a series; ${why}`,
    'name finished runs, such as runs/*',
  );
}
