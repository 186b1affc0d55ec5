import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { formatPrefix, type Prefix, parsePrefix } from '../address/ip.ts';
import { PrefixSet } from '../address/prefix-set.ts';
import { shardPrefixes } from '../address/shards.ts';
import { openDatabase, rows } from '../core/database/duckdb.ts';
import { parquetSql } from '../core/database/sql.ts';
import { exists } from '../core/folder/files.ts';
import { purgedRow, purgedUnits } from '../core/folder/ndjson.ts';
import type { LeftOut } from '../core/opt-outs/left-out.ts';
import { readCut, weightOf } from '../core/part/cut.ts';
import { askedInput } from '../core/part/screened.ts';
import type { PartJob } from '../core/part/site.ts';
import { jsonOf } from '../core/process/lines.ts';
import type { PartStage } from '../core/stage.ts';
import type { RunState } from '../core/state.ts';
import { Shard } from '../roles.ts';
import { replaceFile, rewriteLines } from './files.ts';
import type { ChangeLine } from './lines.ts';
import type { Party } from './party.ts';

/** How a unit row names whom it is about; a row that says it of others in a field `row` was not asked. */
const Target = z.looseObject({ target: z.string(), shard: Shard.optional() });

/** How a line begins that says so much of the row before it. */
const within = '{"purged_within":';

const nobodyLeftOut: LeftOut = { blocked: new PrefixSet([]), optedOut: [] };

function prefixesOf(row: unknown): { all: Prefix[]; wide: boolean } {
  const { data } = Target.safeParse(row);
  const prefix = data === undefined ? null : parsePrefix(data.target);
  if (data === undefined || prefix === null) return { all: [], wide: false };
  const all = data.shard === undefined ? [prefix] : [...shardPrefixes(prefix, data.shard)];
  return { all, wide: data.target.includes('/') };
}

/** Units of a row that the programs left out by themselves. */
type LeftOutOf = (row: unknown) => { blocked: number; opted_out: number };

export function leftOutOf({ blocked, optedOut }: LeftOut, party: Party, weight: (row: unknown) => number): LeftOutOf {
  const kept = optedOut.filter((address) => party.mentions(address));
  return (row) => {
    const { all, wide } = prefixesOf(row);
    const inside = wide ? all.flatMap((prefix) => blocked.split(prefix).inside) : [];
    const own = new PrefixSet(kept.length === 0 ? [] : all);
    return {
      blocked: inside.reduce((sum, prefix) => sum + weight({ target: formatPrefix(prefix) }), 0),
      opted_out: kept.filter((address) => own.contains(address)).length,
    };
  };
}

/**
 * A unit row is kept as the number of units it stood for, and how many of these the programs left out: their own counts go on holding
 * them. A name in it that is no unit's is taken out of it.
 */
export function unitLine(weight: (row: unknown) => number, leftOut: LeftOutOf): ChangeLine {
  return (line, party) => {
    const row = z.record(z.string(), z.unknown()).safeParse(jsonOf(line)).data ?? {};
    if (party.addresses === null && 'host' in row) return JSON.stringify({ ...row, host: null });
    if ('row' in row) return JSON.stringify({ purged: weight(row.row) });
    const { blocked, opted_out } = leftOut(row);
    const left = { ...(blocked > 0 ? { blocked } : {}), ...(opted_out > 0 ? { opted_out } : {}) };
    return JSON.stringify({ purged: weight(row), ...left });
  };
}

/** A part of a stage, and which purge of the run this is, from 0. */
type Where<C> = Pick<PartJob<C>, 'folder' | 'config' | 'stage' | 'tool' | 'part'> & { purge: number };

/** Units of the party that have records. */
async function answeredUnits<C>({ folder, stage, part }: Where<C>, party: Party): Promise<string[]> {
  const records = folder.records(stage.name, part);
  if (party.addresses === null || !(await exists(records))) return [];
  const units = new Set<string>();
  const database = await openDatabase({ temp: folder.temp() });
  try {
    for await (const row of rows(database, `SELECT * FROM ${parquetSql(records)}`)) {
      if (!party.mentions(JSON.stringify(row))) continue;
      const unit = String(stage.role.answered(stage.role.record.parse(row)));
      if (party.mentions(unit)) units.add(unit);
    }
  } finally {
    database.closeSync();
  }
  return [...units];
}

/**
 * Says behind each row that is kept, because it stands for others too, how many of its units with an answer this purge takes out. Started
 * again, a purge finds the records as they were, or as it made them: then what it said before holds. A row that goes takes along what
 * earlier purges said of it.
 */
async function sayWithin<C>(where: Where<C>, path: string, party: Party): Promise<void> {
  const { stage, config, purge } = where;
  const text = await readFile(path, 'utf8');
  const units = stage.role.within === undefined ? [] : await answeredUnits(where, party);
  if (units.length === 0 && !text.includes(within)) return;
  const isOurs = (line: string) => line.startsWith(within) && line.endsWith(`,"purge":${purge}}`);
  let answered = 0;
  let gone = false;
  const kept: string[] = [];
  for (const line of text.split('\n').filter((each) => each !== '')) {
    if (line.startsWith(within)) {
      if (!gone && !(isOurs(line) && answered > 0)) kept.push(line);
      continue;
    }
    kept.push(line);
    gone = purgedRow.test(line);
    const row = gone ? null : stage.role.input.parse(JSON.parse(line));
    const wide = row !== null && stage.role.asked(row, config) === null;
    answered = wide ? units.filter(stage.role.within?.([row], config) ?? (() => false)).length : 0;
    if (answered > 0) kept.push(JSON.stringify({ purged_within: answered, purge }));
  }
  await replaceFile(path, kept.map((line) => `${line}\n`).join(''));
}

/** Takes the party out of the units of a part; gives how many units of it are purged in all. */
export async function purgePart<C>(where: Where<C>, party: Party): Promise<number> {
  const { folder, config, stage, tool, part } = where;
  const raw = folder.raw(stage.name, part);
  const input = folder.input(stage.name, part);
  const leftOut = (await exists(raw)) ? ((await tool.leftOut?.(raw)) ?? nobodyLeftOut) : nobodyLeftOut;
  const weight = (row: unknown) => weightOf(stage, row, config);
  const change = unitLine(weight, leftOutOf(leftOut, party, weight));
  for (const path of [input, join(raw, 'asked.ndjson'), join(raw, 'skipped.ndjson')]) {
    if (await exists(path)) await rewriteLines(path, change, party);
  }
  const asked = await askedInput(where, raw);
  await sayWithin(where, asked, party);
  return (await purgedUnits(input)).units + (await purgedUnits(asked)).within;
}

/**
 * Takes the party out of the units of a stage; gives how many units of it are purged in all.
 * @param purge which purge of the run it is, from 0
 */
export async function purgeUnits<C>(
  state: RunState<C>,
  stage: PartStage<C>,
  { party, purge }: { party: Party; purge: number },
): Promise<number> {
  const cut = await readCut(state.folder, stage.name);
  if (cut === null) return 0;
  const { folder, config } = state;
  const tool = stage.tool(config);
  let units = 0;
  for (const part of cut.parts) units += await purgePart({ folder, config, stage, tool, part, purge }, party);
  return units;
}
