import { join } from 'node:path';
import { z } from 'zod';
import { ndjsonSql } from '../../core/database/sql.ts';
import { writeFile } from '../../core/writing.ts';
import type { Query } from '../rows.ts';
import type { Organisations } from './file.ts';
import type { Organisation } from './lines.ts';
import { byName } from './name-rule.ts';

const As = z.object({ asn: z.int(), as_name: z.string().nullable() });

/** Every AS of the hosts, with a name where one is known. */
const asesSql = 'SELECT asn, min(as_name) AS as_name FROM hosts WHERE asn IS NOT NULL GROUP BY asn ORDER BY asn';

const columns: [name: string, type: string][] = [
  ['asn', 'BIGINT'],
  ['organisation_id', 'VARCHAR'],
  ['organisation', 'VARCHAR'],
  ['registered', 'VARCHAR'],
];

/** An AS that a file does not list is an organisation of its own: no rule of ours stands beside the file's. */
function unlisted(asn: number, asName: string | null): Organisation {
  return { ...byName(asn, null), name: asName ?? `AS${asn}` };
}

/** Makes the table that says of each AS of the hosts which organisation it belongs to (contract: queries/views.sql). */
export async function makeOrganisations(input: {
  query: Query;
  run: (sql: string) => Promise<void>;
  organisations: Organisations | null;
  temp: string;
}): Promise<void> {
  const { query, run, organisations, temp } = input;
  const lines: string[] = [];
  for await (const row of query(asesSql)) {
    const { asn, as_name } = As.parse(row);
    const { id, name, country } =
      organisations === null ? byName(asn, as_name) : (organisations.of.get(asn) ?? unlisted(asn, as_name));
    lines.push(`${JSON.stringify({ asn, organisation_id: id, organisation: name, registered: country })}\n`);
  }
  const file = join(temp, 'organisations.ndjson');
  await writeFile(file, lines.join(''));
  await run(`CREATE OR REPLACE TABLE as_organisations AS SELECT * FROM ${ndjsonSql([file], columns)}`);
}
