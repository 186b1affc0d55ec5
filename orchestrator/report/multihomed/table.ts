import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { z } from 'zod';
import { ndjsonSql } from '../../core/database/sql.ts';
import { type Query, readSql } from '../rows.ts';
import { Components } from './components.ts';

const Pair = z.object({ run: z.string(), address: z.string(), announced: z.string().nullable() });

const columns: [name: string, type: string][] = [
  ['run', 'VARCHAR'],
  ['address', 'VARCHAR'],
  ['host', 'BIGINT'],
];

/** A run and an address of it, as one text: addresses hold no blank. */
const nameOf = (run: string, address: string) => `${address} ${run}`;

function* linesOf(components: Components): Generator<string> {
  for (const [name, host] of components.members()) {
    const end = name.indexOf(' ');
    yield `${JSON.stringify({ run: name.slice(end + 1), address: name.slice(0, end), host })}\n`;
  }
}

/**
 * Makes the table host_addresses (contract: queries/views.sql): addresses of one host have the same number. An announcement whose HMAC
 * is valid says that its address belongs to the host that made it; what is not global belongs to nobody, as every network has it.
 */
export async function makeHosts(input: {
  query: Query;
  run: (sql: string) => Promise<void>;
  temp: string;
}): Promise<void> {
  const { query, run, temp } = input;
  const components = new Components();
  for await (const row of query(await readSql('announcing'))) {
    const pair = Pair.parse(row);
    const asked = nameOf(pair.run, pair.address);
    if (pair.announced === null) components.add(asked);
    else components.join(asked, nameOf(pair.run, pair.announced));
  }
  const file = join(temp, 'host_addresses.ndjson');
  await pipeline(linesOf(components), createWriteStream(file));
  await run(`CREATE OR REPLACE TABLE host_addresses AS SELECT * FROM ${ndjsonSql([file], columns)}`);
}
