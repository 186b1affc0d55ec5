import { readFile, stat } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { CensusError } from '../../errors.ts';
import { FetchedEntry, nowIso, type StageEntry } from '../folder/entries.ts';
import { exists, sha256File, writeWhole } from '../folder/files.ts';
import type { RunFolder } from '../folder/folder.ts';
import type { Manifest } from '../folder/manifest.ts';
import { openSeal, sealText } from '../folder/sealed.ts';
import type { PartStage } from '../stage.ts';
import type { RunState } from '../state.ts';

const HOUR = 3600_000;

/**
 * The middle between the first command of a stage and the end of its last: the time of what took hours or days. The stage's own times
 * where it ran no command; null while it is not done.
 */
export function middleOf(manifest: Manifest, stage: string): Date | null {
  const entry = manifest.stages[stage];
  if (entry?.status !== 'done') return null;
  const commands = Object.values(entry.parts).flatMap(({ commands }) => commands);
  const starts = [...commands.map(({ started_at }) => started_at), ...(commands.length > 0 ? [] : [entry.started_at])];
  const ends = [...commands.map(({ ended_at }) => ended_at), ...(commands.length > 0 ? [] : [entry.ended_at])];
  const times = (texts: (string | null)[]) => texts.flatMap((text) => (text === null ? [] : [Date.parse(text)]));
  const first = times(starts).reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
  const last = times(ends).reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  return Number.isFinite(first + last) ? new Date(Math.round((first + last) / 2)) : null;
}

/** What was fetched for a stage before; null where nothing was, or not to the end: the entry is written last. */
async function readFetched(folder: RunFolder, stage: string): Promise<FetchedEntry | null> {
  const path = folder.fetchedEntry(stage);
  if (!(await exists(path))) return null;
  try {
    const { value, seal } = openSeal(relative(folder.root, path), await readFile(path, 'utf8'));
    if (seal === 'broken') throw new Error('its self_sha256 does not match');
    return FetchedEntry.parse(value);
  } catch (cause) {
    throw new CensusError(
      'E_RUN_FOLDER',
      `${path} does not say what was fetched`,
      `put it back as it was, or remove it with ${stage}/ and the file is fetched and everything looked up again`,
      cause,
    );
  }
}

/** @throws CensusError E_RUN_FOLDER when the file is not what was fetched: a half file, or one of another table, is never read */
async function requireSame(folder: RunFolder, stage: string, entry: FetchedEntry): Promise<string> {
  const path = join(folder.root, entry.file);
  const why = !(await exists(path))
    ? 'is gone'
    : (await sha256File(path)) === entry.sha256
      ? null
      : 'has other content';
  if (why === null) return path;
  throw new CensusError(
    'E_RUN_FOLDER',
    `${path} ${why}; the run fetched it from ${entry.url}, sha256 ${entry.sha256}`,
    `put the file back; or remove ${stage}/ and raw/fetched/, and another run of the census fetches it and looks everything up again`,
  );
}

/** Gets the file that the tool asks for, unless it is there: then no request is made. Gives its path; null for a tool that fetches none. */
export async function fetchInput<C>(
  state: RunState<C>,
  stage: PartStage<C>,
  entry: StageEntry,
): Promise<string | null> {
  const { fetches } = stage.tool(state.config);
  if (stage.timeOf === undefined || !fetches?.asked(state.config)) return null;
  const at = middleOf(state.manifest.data, stage.timeOf);
  if (at === null) throw new CensusError('E_RUN_FOLDER', `${stage.timeOf} is not done`, 'run the census again');
  const before = await readFetched(state.folder, stage.name);
  // What was fetched for a measurement that was repeated since is of another time.
  if (before?.wanted_at === at.toISOString()) {
    entry.fetched = before;
    return await requireSame(state.folder, stage.name, before);
  }
  const got = await fetches.fetch({
    config: state.config,
    stage: stage.name,
    folder: state.folder.fetched(stage.name),
    at,
    signal: state.signal,
    progress: (text) => state.report({ type: 'units', stage: stage.name, part: 'fetched', done: 0, text }),
  });
  entry.fetched = {
    file: relative(state.folder.root, got.path),
    url: got.url,
    content_at: got.time.toISOString(),
    wanted_at: at.toISOString(),
    distance_hours: Math.round((1000 * Math.abs(got.time.getTime() - at.getTime())) / HOUR) / 1000,
    sha256: await sha256File(got.path),
    bytes: (await stat(got.path)).size,
    fetched_at: nowIso(),
  };
  const path = state.folder.fetchedEntry(stage.name);
  await writeWhole(path, sealText(relative(state.folder.root, path), entry.fetched, 1));
  await state.manifest.save();
  return got.path;
}

/** The file of a finished run, for a replay: never fetched. */
export async function fetchedBefore(folder: RunFolder, stage: string, { fetched }: StageEntry): Promise<string | null> {
  return fetched === null ? null : await requireSame(folder, stage, fetched);
}

/**
 * Asks the source of every file that is still to be fetched whether it has one, before the first packet. What is to be measured yet is
 * taken to be measured now.
 * @param before the manifest of an earlier start
 * @throws CensusError when a source cannot be reached or has nothing near enough
 */
export async function checkSources<C>(
  stages: readonly PartStage<C>[],
  config: C,
  before: { folder: RunFolder; manifest: Manifest } | null,
): Promise<void> {
  for (const stage of stages) {
    const { fetches } = stage.tool(config);
    if (stage.timeOf === undefined || !fetches?.asked(config)) continue;
    if (before?.manifest.stages[stage.name]?.status === 'done') continue;
    const known = before === null ? null : middleOf(before.manifest, stage.timeOf);
    const fetched = before === null ? null : await readFetched(before.folder, stage.name);
    if (fetched !== null && fetched.wanted_at === known?.toISOString()) continue;
    await fetches.check(config, known ?? new Date());
  }
}

/** Whether a stage of an earlier start has fetched its file: records come from that one then, whatever the configuration says. */
export async function hasFetched(folder: RunFolder, stage: string): Promise<boolean> {
  return await exists(folder.fetchedEntry(stage));
}
