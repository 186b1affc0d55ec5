import { rm } from 'node:fs/promises';
import { totalmem } from 'node:os';
import { join } from 'node:path';
import { openDatabase, rows, vectors } from '../core/database/duckdb.ts';
import { quarterOf, threeQuartersOf } from '../core/database/memory.ts';
import { allOf } from '../core/side-by-side/all-of.ts';
import type { Popularity } from '../uncertainty/popularity.ts';
import type { ReportFacts } from './facts.ts';
import type { Organisations } from './organisations/file.ts';
import { type Results, readResults } from './results.ts';
import type { Source } from './sources.ts';
import { readPopularity, readUncertain } from './uncertain.ts';
import { makeViews } from './views.ts';

/** What the database may hold where no configuration says: a page of replies alone is made beside other work. */
const memoryAlone = '400MB';

/** Makes the shared tables of what merge wrote and runs every query of the report over them. */
export async function query(input: {
  source: Source;
  organisations: Organisations | null;
  out: string;
  facts: ReportFacts;
  memory: string | null;
}): Promise<Results> {
  const alone = input.facts.replies !== null;
  const temp = join(input.out, '.tmp');
  const memoryLimit = alone ? memoryAlone : threeQuartersOf(input.memory ?? quarterOf(totalmem()));
  const database = await openDatabase({ temp, memoryLimit });
  let popularity: Promise<Popularity | null> = Promise.resolve(null);
  try {
    const ask = (sql: string) => rows(database, sql);
    // One thread's work, a fifth of all: nothing but the last sentence waits for it.
    const ofEntries = () => {
      popularity = readPopularity(ask, (sql) => vectors(database, sql), input.facts);
      popularity.catch(() => undefined);
    };
    await makeViews(database, { sources: [input.source], organisations: input.organisations, temp, ofEntries });
    const results = readResults(ask, input.facts);
    const uncertain = readUncertain(ask, results, popularity, input.facts);
    await allOf([results, uncertain]);
    return {
      ...(await results),
      uncertain: await uncertain,
      groupedBy: input.organisations === null ? 'names' : 'file',
    };
  } finally {
    await popularity.catch(() => undefined);
    database.closeSync();
    await rm(temp, { recursive: true, force: true });
  }
}
