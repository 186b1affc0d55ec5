import { createReadStream } from 'node:fs';
import ndjson from 'ndjson';
import type { z } from 'zod';
import { CensusError } from '../../errors.ts';

/** Rows of an NDJSON file that this program wrote itself; each is checked against its schema. */
export async function* readRows<T>(path: string, schema: z.ZodType<T>): AsyncGenerator<T> {
  const rows: AsyncIterable<unknown> = createReadStream(path).pipe(ndjson.parse());
  let line = 0;
  for await (const value of rows) {
    line += 1;
    const parsed = schema.safeParse(value);
    if (!parsed.success) {
      throw new CensusError(
        'E_INPUT',
        `${path}, line ${line}: ${parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; ')}`,
        'the file was changed by hand or by another version; put it back as it was, from a copy of the run folder',
      );
    }
    yield parsed.data;
  }
}
