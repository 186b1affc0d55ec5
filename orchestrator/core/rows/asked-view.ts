import type { DuckDBInstance } from '@duckdb/node-api';
import { CensusError } from '../../errors.ts';
import { columnsOf } from '../database/columns.ts';
import { runSql } from '../database/duckdb.ts';
import { ndjsonSql, sqlText } from '../database/sql.ts';
import type { PartEntry } from '../folder/entries.ts';
import { exists } from '../folder/files.ts';
import { askedInput } from '../part/screened.ts';
import type { PartStage } from '../stage.ts';
import type { RunState } from '../state.ts';

function unknown(raw: string): CensusError {
  return new CensusError(
    'E_RUN_FOLDER',
    `${raw} is gone: it says who of this part opted out before its end`,
    'put it back from a copy of the run folder, or switch the stage off',
  );
}

/** Name of the view of whom a stage asked. */
export const askedView = (stage: string) => `${stage}_asked`;

/** SQL of the view over addresses that are given in another way. */
export function askedViewSql(stage: string, rows: string): string {
  return `CREATE OR REPLACE VIEW ${askedView(stage)} AS ${rows}`;
}

/**
 * Makes whom a stage asked visible to SQL, silent ones too, of which no record tells: the view STAGE_asked. Whoever opted out before its end
 * or was purged since is not in it.
 * @param parts that are done
 * @throws CensusError E_RUN_FOLDER where raw files that say who of a part opted out are gone: whoever did would seem to be silent
 */
export async function viewAsked<C>(
  database: DuckDBInstance,
  { folder, config }: Pick<RunState<C>, 'folder' | 'config'>,
  stage: PartStage<C>,
  parts: Readonly<Record<string, PartEntry>>,
): Promise<void> {
  const field = stage.viewsAsked;
  if (field === undefined) return;
  const files: string[] = [];
  const optedOut: string[] = [];
  const tool = Object.keys(parts).length === 0 ? null : stage.tool(config);
  for (const [part, { counts }] of Object.entries(parts)) {
    const raw = folder.raw(stage.name, part);
    if (!(await exists(raw)) && Object.keys(counts.skipped).some((reason) => reason !== 'purged')) throw unknown(raw);
    const file = await askedInput({ folder, stage, part }, raw);
    if (await exists(file)) files.push(file);
    if (await exists(raw)) optedOut.push(...((await tool?.leftOut?.(raw))?.optedOut ?? []));
  }
  const columns = columnsOf(stage.role.input).filter(([name]) => name === field);
  const rows = files.length === 0 ? `(SELECT CAST(NULL AS VARCHAR) AS "${field}")` : ndjsonSql(files, columns);
  const left = optedOut.length === 0 ? '' : ` AND "${field}" NOT IN (${optedOut.map(sqlText).join(', ')})`;
  // What is left of a purged row has no such field.
  const sql = `SELECT DISTINCT "${field}" FROM ${rows} WHERE "${field}" IS NOT NULL${left}`;
  await runSql(database, askedViewSql(stage.name, sql));
}
