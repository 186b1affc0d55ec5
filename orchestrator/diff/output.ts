import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { openDatabase, runSql } from '../core/database/duckdb.ts';
import { sqlText, viewSql } from '../core/database/sql.ts';
import { LineWriter } from '../core/folder/files.ts';
import { requirePlainPath } from '../core/folder/folder.ts';
import { writeFile } from '../core/writing.ts';
import { toCsv } from '../report/tables/table.ts';
import { Difference } from '../schemas/records/difference.ts';
import type { DiffSummary } from './diff.ts';
import { causeTable } from './summary.ts';

/** What goes into a folder: differences.parquet, causes.csv and summary.json. */
export class DiffFolder {
  readonly #out: string;
  readonly #lines: LineWriter;

  private constructor(out: string, lines: LineWriter) {
    this.#out = out;
    this.#lines = lines;
  }

  static async create(out: string): Promise<DiffFolder> {
    requirePlainPath(out);
    await mkdir(out, { recursive: true });
    return new DiffFolder(out, await LineWriter.create(join(out, '.tmp', 'differences.ndjson')));
  }

  async take(difference: Difference): Promise<void> {
    await this.#lines.write(JSON.stringify(difference));
  }

  async finish(summary: DiffSummary): Promise<void> {
    await this.#lines.finish();
    const temp = join(this.#out, '.tmp');
    const database = await openDatabase({ temp, memoryLimit: '256MB' });
    try {
      await runSql(database, viewSql('differences', [join(temp, 'differences.ndjson')], Difference));
      const file = sqlText(join(this.#out, 'differences.parquet'));
      await runSql(database, `COPY differences TO ${file} (FORMAT parquet, COMPRESSION zstd)`);
    } finally {
      database.closeSync();
    }
    const table = causeTable(summary);
    await writeFile(join(this.#out, 'causes.csv'), toCsv(table.columns, table.rows));
    await writeFile(join(this.#out, 'summary.json'), `${JSON.stringify(summary, null, 2)}\n`);
    await rm(temp, { recursive: true, force: true });
  }
}
