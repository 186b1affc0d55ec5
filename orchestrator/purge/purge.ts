import { readdir, readFile, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { readEntries } from '../address/blocklist.ts';
import { formatPrefix } from '../address/ip.ts';
import { PrefixSet } from '../address/prefix-set.ts';
import { openDatabase } from '../core/database/duckdb.ts';
import { nowIso } from '../core/folder/entries.ts';
import { exists, filesBelow, sha256File, sha256Of } from '../core/folder/files.ts';
import { RunFolder } from '../core/folder/folder.ts';
import { lockFolder } from '../core/folder/lock.ts';
import { Manifest, ManifestFile, readManifest } from '../core/folder/manifest.ts';
import { purgeMark } from '../core/folder/purge-mark.ts';
import { rawNames } from '../core/folder/raw-files.ts';
import { listSuperseded, supersededList } from '../core/folder/superseded.ts';
import { readCut } from '../core/part/cut.ts';
import type { Stage } from '../core/stage.ts';
import { createState, type RunState, viewStage } from '../core/state.ts';
import { runWholeStage } from '../core/whole-stage.ts';
import { CensusError } from '../errors.ts';
import { requireComplete, requireRaw } from './complete.ts';
import { currentOff, deriveStage } from './derive.ts';
import { purgeFile, type Removed, replaceFile, rewriteLines } from './files.ts';
import { dropLine, valueWithout } from './lines.ts';
import { markFolder } from './mark.ts';
import type { Party } from './party.ts';
import { purgeUnits } from './units.ts';

export interface Purged extends Removed {
  /** Units of all stages that this and earlier purges removed. */
  units: number;
}

export interface PurgeInput<C> {
  folder: string;
  party: Party;
  stages: readonly Stage<C>[];
  config: C;
  /** The configuration with the settings that stages had before they were switched off: their records are of these. */
  measured: C;
  signal: AbortSignal;
}

/** Takes the party out of every raw file; unit rows are clean already. */
async function purgeRaw(root: string, party: Party): Promise<Removed> {
  const sum = { files: 0, lines: 0, packets: 0 };
  for (const file of await filesBelow(join(root, 'raw'))) {
    const path = join(root, 'raw', file);
    // Tables of the day are public, and no answers: what they hold of the party is not of this run.
    if (['cut.json', supersededList].includes(basename(path)) || file.startsWith('fetched/')) continue;
    const removed = await purgeFile(path, new Set(await rawNames(dirname(path))), party);
    for (const key of ['files', 'lines', 'packets'] as const) sum[key] += removed[key];
  }
  const superseded = join(root, 'raw', 'superseded');
  const folders = (await exists(superseded)) ? await readdir(superseded) : [];
  for (const name of folders) await listSuperseded(root, join(superseded, name));
  return sum;
}

/** A kept blocklist without the party's own entries. What else an entry blocks stays blocked. */
function blocklistWithout(text: string, party: Party): string {
  return text
    .split('\n')
    .flatMap((line) => {
      if (!party.mentions(line)) return [line];
      const { prefixes } = readEntries(line);
      const left = prefixes.flatMap((prefix) => (party.addresses ?? new PrefixSet([])).split(prefix).outside);
      return left.map(formatPrefix);
    })
    .join('\n');
}

/** Renews the kept blocklists, whose names are those of their content, and what the manifest says of them. */
async function purgeBlocklists(root: string, manifest: Manifest, party: Party): Promise<void> {
  const folder = join(root, 'blocklists');
  for (const file of await filesBelow(folder)) {
    const path = join(folder, file);
    const text = await readFile(path, 'utf8');
    const left = blocklistWithout(text, party);
    if (left === text) continue;
    const sha256 = sha256Of(left);
    const copy = join('blocklists', `${sha256}.conf`);
    const prefixes = readEntries(left).prefixes.length;
    await replaceFile(join(root, copy), left);
    for (const start of manifest.starts) {
      for (const kept of [start.blocklist, ...start.rereads]) {
        if (kept !== null && kept.copy === join('blocklists', file)) Object.assign(kept, { copy, sha256, prefixes });
      }
    }
    await new ManifestFile(root, manifest).save();
    await rm(path);
  }
}

/** The record of where a fetched table came from stays: it is not about any host. */
function manifestWithout(before: Manifest, party: Party): Manifest {
  const manifest = Manifest.parse(valueWithout(before, party));
  for (const [name, entry] of Object.entries(manifest.stages)) entry.fetched = before.stages[name]?.fetched ?? null;
  return manifest;
}

/** What a purge that was ended left behind; and folders that follow from the rest, made again by whoever wants them. */
async function removeDerived(root: string): Promise<void> {
  for (const file of await filesBelow(root)) if (file.endsWith('.purge')) await rm(join(root, file));
  for (const name of await readdir(root)) {
    if (/^(replay.*|\.tmp)$/.test(name)) await rm(join(root, name), { recursive: true, force: true });
  }
}

async function derive<C>(state: RunState<C>, stage: Stage<C>, of: { party: Party; current: string[] }): Promise<void> {
  const { manifest, folder } = state;
  if (stage.kind === 'whole') {
    delete manifest.data.stages[stage.name];
    await runWholeStage(state, stage);
    return;
  }
  const cut = await readCut(folder, stage.name);
  if (cut !== null) await deriveStage(state, stage, { cut, ...of });
}

/**
 * Removes a party from a stored run. Raw files first, one after the other, each replaced whole; then all that follows from them is made
 * again, offline, with its hashes. Ended anywhere and started again, it comes to the same end: what is clean already stays as it is.
 */
export async function purgeRun<C>(input: PurgeInput<C>): Promise<Purged> {
  const { folder: root, party } = input;
  const before = await readManifest(root);
  if (before === null)
    throw new CensusError('E_RUN_FOLDER', `${root} holds no manifest.json`, 'name a run folder, such as runs/lab');
  requireComplete(root, before, input.stages);
  await requireRaw(root, before, input.stages);
  const release = await lockFolder(root);
  const folder = new RunFolder(root);
  try {
    const current = await markFolder(root, party, currentOff(before, input.stages));
    await removeDerived(root);
    await purgeBlocklists(root, before, party);
    const database = await openDatabase({ temp: folder.temp() });
    const manifest = new ManifestFile(root, manifestWithout(before, party));
    const given = { ...input, folder, manifest, database, report: () => undefined, terminal: false };
    const state = createState(given);
    const off = createState({ ...given, config: input.measured });
    const stateOf = ({ name }: Stage<C>) => (manifest.data.stages[name]?.status === 'left_out' ? off : state);
    const purge = manifest.data.purges.length;
    let units = 0;
    for (const stage of input.stages)
      if (stage.kind === 'parts') units += await purgeUnits(stateOf(stage), stage, { party, purge });
    const removed = await purgeRaw(root, party);
    const optOuts = join(root, 'rejects', 'opt_outs.ndjson');
    if (await exists(optOuts)) {
      await rewriteLines(optOuts, dropLine, party);
      const last = manifest.data.starts
        .flatMap(({ rereads }) => rereads)
        .findLast((read) => read.rejects_sha256 !== null);
      if (last !== undefined) last.rejects_sha256 = await sha256File(optOuts);
    }
    for (const stage of input.stages) {
      await derive(stateOf(stage), stage, { party, current });
      await viewStage(database, state, stage);
    }
    database.closeSync();
    const { lines, packets } = removed;
    manifest.data.purges.push({ at: nowIso(), units, lines, packets });
    await manifest.save();
    await rm(join(root, purgeMark));
    return { ...removed, units };
  } finally {
    await rm(folder.temp(), { recursive: true, force: true });
    await release();
  }
}
