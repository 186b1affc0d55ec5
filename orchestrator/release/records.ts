import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { z } from 'zod';
import type { Config } from '../config/config.ts';
import { viewSql } from '../core/database/sql.ts';
import { exists } from '../core/folder/files.ts';
import type { Stage } from '../core/stage.ts';
import { DomainsRecord } from '../schemas/records/domains.ts';
import { HostsRecord } from '../schemas/records/hosts.ts';
import type { Described } from './describe-table.ts';

/** A table of the run itself, and the statement that makes it a view under its name. */
export interface Stored extends Described {
  view: string;
}

/** What merge writes. */
const results: { name: string; title: string; one: string; schema: z.ZodType }[] = [
  { name: 'hosts', title: 'Addresses and ports that answered anything', one: 'address and port', schema: HostsRecord },
  { name: 'domains', title: 'Entries of the list', one: 'entry of the list', schema: DomainsRecord },
];

/** Records of a stage in the order of its parts; none where the stage left no folder. */
async function filesOf(folder: string, stage: string): Promise<string[]> {
  const path = join(folder, stage);
  if (!(await exists(path))) return [];
  const names = (await readdir(path)).filter((name) => /^\d{5}\.parquet$/.test(name)).sort();
  return names.map((name) => join(path, name));
}

/** Every table that the run holds, hosts and domains first, then the stages in their order; those that were disabled are left out. */
export async function storedTables(
  folder: string,
  stages: readonly Stage<Config>[],
  disabled: ReadonlySet<string>,
): Promise<Stored[]> {
  const stored: Stored[] = results.map((table) => ({
    ...table,
    view: viewSql(`released_${table.name}`, [join(folder, `${table.name}.parquet`)], table.schema),
  }));
  for (const stage of stages) {
    if (stage.kind !== 'parts' || disabled.has(stage.name)) continue;
    const files = await filesOf(folder, stage.name);
    if (files.length === 0) continue;
    const { record: schema } = stage.role;
    const title = `Records of the stage ${stage.name}`;
    stored.push({
      name: stage.name,
      title,
      one: `record of ${stage.role.unit}`,
      schema,
      view: viewSql(`released_${stage.name}`, files, schema),
    });
  }
  return stored;
}
