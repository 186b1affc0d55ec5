import type { DuckDBInstance } from '@duckdb/node-api';
import type { Config } from '../config/config.ts';
import { type Counts, newStageEntry } from '../core/folder/entries.ts';
import { exists } from '../core/folder/files.ts';
import type { RunFolder } from '../core/folder/folder.ts';
import type { Manifest } from '../core/folder/manifest.ts';
import { readsTheSame } from '../core/folder/reads.ts';
import { isUrl } from '../core/inputs/list-file.ts';
import { type Cut, cutParts, readCut } from '../core/part/cut.ts';
import { knownParts } from '../core/part/entry-file.ts';
import { missingParts, runPartStage } from '../core/part/part-stage.ts';
import type { PartStage } from '../core/stage.ts';
import { leftOut, type RunState, viewStage } from '../core/state.ts';
import { targetFiles } from '../lists/sources.ts';
import { counted, type ScopeTally } from './scopes.ts';

/** How a stage stands before a run: nothing of it is asked here. */
export type Standing =
  | { kind: 'left_out' }
  | { kind: 'done'; counts: Counts | null }
  /** Parts still to be measured, from the folder that holds the cut. */
  | { kind: 'open'; folder: RunFolder; cut: Cut; left: string[] }
  /** Its units follow from what another stage will find. */
  | { kind: 'unknown'; until: string };

export interface Survey {
  /** Over a folder of its own: what is worked out here is written there. */
  state: RunState<Config>;
  database: DuckDBInstance;
  run: RunFolder;
  /** Of an earlier start; null without one. */
  before: Manifest | null;
  /** Stages that this start splits into parts anew. */
  anew: ReadonlySet<string>;
  scopes: ScopeTally;
}

/** A part that was measured, and is only to be decoded, is asked for no more; one whose records somebody removed is. */
async function isAsked(run: RunFolder, stage: string, part: string, known: boolean): Promise<boolean> {
  if (!(await exists(run.raw(stage, part)))) return true;
  return known && !(await exists(run.records(stage, part)));
}

/** What an earlier start left of a stage; null when nothing of it can be gone on with. */
async function earlier(survey: Survey, stage: PartStage<Config>): Promise<Standing | null> {
  const { state, run, before, anew, database } = survey;
  const entry = before?.stages[stage.name];
  if (entry === undefined || anew.has(stage.name)) return null;
  // Switched off before and on now, it goes on with the records that it kept.
  if (!readsTheSame(entry.reads, state.digests(stage.reads))) return null;
  const cut = await readCut(run, stage.name);
  if (cut === null) return null;
  const parts = await knownParts(run, stage.name, cut, entry.parts, false);
  const missing = await missingParts(run, stage.name, parts, cut);
  if (missing.length === 0 && entry.status !== 'running') {
    state.manifest.data.stages[stage.name] = { ...entry, parts };
    await viewStage(database, { ...state, folder: run }, stage);
    return { kind: 'done', counts: entry.counts };
  }
  const left: string[] = [];
  for (const part of missing) if (await isAsked(run, stage.name, part, parts[part] !== undefined)) left.push(part);
  return { kind: 'open', folder: run, cut, left };
}

/** The list of targets is read here and now: it lies on this machine, and what follows from it is known then. */
async function readList({ state, database }: Survey, stage: PartStage<Config>): Promise<Standing> {
  if (targetFiles(state.config.targets).some(isUrl)) return { kind: 'unknown', until: 'the list is downloaded' };
  await runPartStage(state, stage);
  await viewStage(database, state, stage);
  return { kind: 'done', counts: state.manifest.data.stages[stage.name]?.counts ?? null };
}

/** How one stage stands; those that it reads must have been looked at. */
export async function standingOf(survey: Survey, stage: PartStage<Config>): Promise<Standing> {
  const { state, database } = survey;
  const { stages } = state.manifest.data;
  if (!stage.enabled(state.config)) {
    const known = { unit: stage.role.unit, tool: '', reads: {}, started_at: null };
    stages[stage.name] = newStageEntry({ status: leftOut, ...known });
    await viewStage(database, state, stage);
    return { kind: 'left_out' };
  }
  const until = stage.reads.filter((name) => stages[name] === undefined).at(-1);
  if (until !== undefined) return { kind: 'unknown', until };
  const before = await earlier(survey, stage);
  if (stage.reads.length === 0) return before?.kind === 'done' ? before : await readList(survey, stage);
  if (stage.name === 'scan') return await scanStanding(survey, stage, before);
  return before ?? (await freshCut(survey, stage));
}

async function freshCut({ state }: Survey, stage: PartStage<Config>): Promise<Standing> {
  const units = stage.units(state);
  const cut = await cutParts(state.folder, stage, state.config, units);
  return { kind: 'open', folder: state.folder, cut, left: cut.parts };
}

/** The scan's units are gone through in any case: they are who is to be asked, by scope. */
async function scanStanding(survey: Survey, stage: PartStage<Config>, before: Standing | null): Promise<Standing> {
  const units = counted(stage.units(survey.state), survey.scopes);
  const fresh = await freshCut(survey, { ...stage, units: () => units });
  return before ?? fresh;
}
