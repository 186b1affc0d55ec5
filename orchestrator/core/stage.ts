import type { z } from 'zod';
import type { PrefixSet } from '../address/prefix-set.ts';
import type { ShareTable } from './database/shared-tables.ts';
import type { Counts, SourceEntry } from './folder/entries.ts';
import type { Manifest } from './folder/manifest.ts';
import type { Canary } from './part/canary.ts';
import type { Tool } from './tool.ts';

/** One unit row that a stage hands to its tool, or the reason why it does not. */
export interface UnitRow {
  row: unknown;
  /** null: asked; else the reason, counted: blocked, not_a_candidate, ... */
  skip: string | null;
  /** How many more times the same row came up; counted as skipped duplicates. */
  duplicates?: number;
  /** Of one that is not asked: how many further rows of the same weight it stands for, of which nothing is read but their number. */
  others?: number;
}

/** What of a row must not be asked. */
export interface RowScreen {
  /** Why the whole row must not be asked; null when it, or some of it, may be. */
  whole: (row: unknown) => string | null;
  /** The row in two where only some of it may be asked; null when all of it may. */
  partly: (row: unknown) => { asked: unknown[]; skipped: unknown[]; reason: string } | null;
}

/** What a stage may use to say which units it has. */
export interface UnitsContext<C> {
  config: C;
  /** Of the run: what is drawn at random is drawn by it. */
  seed: number;
  /** Rows over the views of the stages it reads, each view named after its stage; some thousand at a time, as a database gives them. */
  batches: (sql: string) => AsyncIterable<unknown[]>;
  /** For what several stages list: it is computed once in a run. */
  shareTable: ShareTable;
  /** Takes what a file that units are read from was found to be; absent where nobody keeps that. */
  tell?: (source: SourceEntry) => void;
  /** Of the run; absent beside one. */
  signal?: AbortSignal;
  /** Shows how far reading has come. */
  progress?: (text: string) => void;
}

/** A unit is named by a text, or by a number where that is all of its name: a number costs less than its digits, and sorts by value. */
export type UnitName = string | number;

/** What the role of a stage looks like to core. */
export interface StageRole<C> {
  unit: string;
  input: z.ZodType;
  record: z.ZodType;
  /** null: too many to list; they are then counted only. */
  asked(row: unknown, config: C): readonly UnitName[] | null;
  /** How many units a row represents; absent: as many as `asked` lists. */
  askedCount?(row: unknown, config: C): number;
  /** Tells whether a unit is one of these rows, which are too many to list. */
  within?(rows: unknown[], config: C): (unit: string) => boolean;
  /** Splits a row into several with at most this many units each; null if it need not or cannot be split. */
  divided?(row: unknown, most: number, config: C): unknown[] | null;
  answered(record: unknown): UnitName;
  /** A unit has one record at most: what else is said of it is rejected. */
  oneRecord?: true;
  /** Which words of a unit's name are numbers: records are sorted by the words, these by value. Default: none. */
  unitNumbers?: readonly boolean[];
  /** A second record of the same identity is the first one again; default: all of its fields. */
  identity?(record: unknown): string;
  /** Fact of the part under which a record is counted, its repeats as `<fact>_repeated`. */
  countedAs?(record: unknown): string | null;
}

/** A stage that is cut into parts and done by a tool. */
export interface PartStage<C> {
  kind: 'parts';
  name: string;
  /** Stages whose records it reads. */
  reads: readonly string[];
  /** Stages that it waits for and reads nothing of: switched on later, they do not make it ask again. */
  after?: readonly string[];
  role: StageRole<C>;
  /** false: the configuration leaves the stage out; its fields are then not_measured. */
  enabled: (config: C) => boolean;
  tool: (config: C) => Tool<unknown, unknown, unknown, C>;
  /** In a fixed order: the cut into parts must be the same each time. In batches: an asynchronous step costs more than a row does. */
  units: (context: UnitsContext<C>) => AsyncIterable<UnitRow[]>;
  /**
   * For stages that send to their units: says what of a row must not be asked any more. Parts are cut once, and an opt-out can come
   * later.
   */
  screen?: (config: C) => RowScreen;
  /** The same of those who opted out since the run was started. */
  lateScreen?: (optedOut: PrefixSet) => RowScreen;
  /** The stage whose time is that of a file which the tool fetches for the run. */
  timeOf?: string;
  /** Some units are asked first and alone. */
  canary?: Canary<C>;
  /** The field of a unit that names whom it asks, where later stages read that too, as the view NAME_asked (rows/asked-view.ts). */
  viewsAsked?: string;
  /** What a unit failed of when no record came for it. */
  unanswered: string;
  /** Units that a part holds at most. */
  partSize: (config: C) => number;
}

/** What a stage without parts may use. */
export interface WholeContext<C> {
  config: C;
  /** Run folder that records are read from and results written to. */
  folder: string;
  query: (sql: string) => AsyncIterable<unknown>;
  /** Runs a statement that gives no rows. */
  run: (sql: string) => Promise<void>;
  manifest: Manifest;
  /** Sets result_sha256 of the run, and the version of the rules that gave it. */
  setResult: (sha256: string, rulesVersion: number) => void;
  progress: (done: number, text?: string) => void;
}

/** A stage that needs all there is at once. */
export interface WholeStage<C> {
  kind: 'whole';
  name: string;
  reads: readonly string[];
  unit: string;
  /** It prints the configuration: made again when a start changed that. */
  showsConfig?: boolean;
  /** Files outside the run folder that it reads: with another content of one it is made again. */
  inputs?: (config: C) => string[];
  /** Files or folders that it writes, relative to the run folder. */
  outputs: readonly string[];
  /** Those whose rows all stand in another one, too: a run of an earlier version may have none, and says no less without. */
  repeats?: readonly string[];
  run: (context: WholeContext<C>) => Promise<Counts>;
}

export type Stage<C> = PartStage<C> | WholeStage<C>;
