import { join } from 'node:path';
import { openDatabase, rows } from '../../../../orchestrator/core/database/duckdb.ts';
import { sqlText } from '../../../../orchestrator/core/database/sql.ts';
import { RawReader } from '../../../../orchestrator/core/folder/raw-files.ts';
import { type Decoded, decodePart } from '../../../../orchestrator/core/part/decode.ts';
import type { PartJob } from '../../../../orchestrator/core/part/site.ts';

type Given = 'stage' | 'tool' | 'folder' | 'config';

/** Decodes part 00000 of a stage over a database of its own, and reads the records back. */
export async function decodeRows<C>(given: Pick<PartJob<C>, Given>): Promise<Decoded & { rows: unknown[] }> {
  const { folder, stage } = given;
  const database = await openDatabase({ temp: folder.temp() });
  try {
    const part = '00000';
    const decoded = await decodePart(
      {
        ...given,
        part,
        fetched: null,
        seed: 1,
        versions: {},
        runsAs: {},
        signal: new AbortController().signal,
        terminal: false,
        graceMs: 400,
        optOuts: null,
        onStatus: () => undefined,
        onUnits: () => undefined,
      },
      new RawReader(folder.raw(stage.name, part), join(folder.temp(), 'raw')),
    );
    const read: unknown[] = [];
    const table = `SELECT * FROM read_parquet(${sqlText(folder.records(stage.name, part))})`;
    for await (const row of rows(database, table)) read.push(row);
    return { ...decoded, rows: read };
  } finally {
    database.closeSync();
  }
}
