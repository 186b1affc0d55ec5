import { z } from 'zod';
import type { Config } from '../../../config/config.ts';
import { columnsOf } from '../../../core/database/columns.ts';
import type { WholeContext } from '../../../core/stage.ts';
import { HostsRecord } from '../../../schemas/records/hosts.ts';

/** Stages that a run left out: their fields are not_measured. */
type LeftOut = ReadonlySet<string>;

/** What is the same in every row of the run. */
export interface Setting {
  run: string;
  vantage: string;
  versions: readonly (0 | 1)[];
  leftOut: LeftOut;
}

const Vantage = z.looseObject({ hostname: z.string() });

export function settingOf({ config, manifest }: WholeContext<Config>): Setting {
  const stages = Object.entries(manifest.stages).filter(([, entry]) => entry.status === 'left_out');
  return {
    run: manifest.run,
    vantage: Vantage.parse(manifest.vantage).hostname,
    versions: config.scan.versions,
    leftOut: new Set(stages.map(([name]) => name)),
  };
}

/** SQL: why a value of a stage is null: the stage did not run, did not ask for this address, asked in vain, or the record has no such value. */
export function missing(stage: string, row: string, leftOut: LeftOut): string {
  if (leftOut.has(stage)) return "'not_measured'";
  return `CASE WHEN ${row}.address IS NULL THEN 'not_applicable' ELSE coalesce(${row}.failure, 'no_data') END`;
}

/** SQL of a column that says why another is null. */
export function unless(value: string, reason: string): string {
  return `CASE WHEN ${value} IS NULL THEN ${reason} END`;
}

/** Tables that a host row is put together from, by their names in tables.ts, as SQL of what some ranges have of them. */
export type Others = ReadonlyMap<string, string>;

/** What a range has, as SQL that can be read from. */
export interface RangeTables {
  /** Hosts, each with the number of its verdicts. */
  hosts: string;
  /** Names of the addresses, silent ones included; each pair of name and address once. */
  names: string;
  /** Rows of hostsSql. */
  rows: string;
  /** What is known of the hosts that were asked for more than all are: rows of askedSql. */
  known: string;
  others: Others;
}

const columns = columnsOf(HostsRecord);

/** SQL of these columns in the types of the schema, in its order. */
export function typed(given: Readonly<Record<string, string>>): { column: string; value: string }[] {
  return columns.flatMap(([column, type]) =>
    given[column] === undefined ? [] : [{ column, value: `CAST(${given[column]} AS ${type})` }],
  );
}
