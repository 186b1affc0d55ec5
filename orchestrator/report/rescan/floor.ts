import type { DuckDBInstance } from '@duckdb/node-api';
import { rows, runSql } from '../../core/database/duckdb.ts';
import { viewSql } from '../../core/database/sql.ts';
import { RescannedRecord } from '../../schemas/records/rescanned.ts';
import { wilson } from '../../uncertainty/interval.ts';
import { formatOf, percentText } from '../format.ts';
import { rowsOf } from '../rows.ts';
import { agreementOf, askedIn } from './agreement.ts';

/** How far two scans within one run agree, in one version, over all ports. */
export interface Floor {
  version: number;
  /** Endpoints that answered one of both at least. */
  answered: number;
  /** Of these, with one verdict in both. */
  equal: number;
  /** Ports that they are at: several of one address are drawn together, and no interval is claimed of them. */
  ports: number;
}

/**
 * The versions in which anything answered. Makes a view `rescanned` of the file.
 * @param file rescanned.parquet of a run; null: it has none
 * @returns null: nothing is known
 */
export async function floorsOf(database: DuckDBInstance, file: string | null): Promise<Floor[] | null> {
  if (file === null) return null;
  await runSql(database, viewSql('rescanned', [file], RescannedRecord));
  const found = await rowsOf((sql) => rows(database, sql), 'rescan');
  const asked = askedIn(found);
  return [...new Set(asked.map(({ version }) => version))].map((version) => {
    const { answered, equal } = agreementOf(found, version);
    return { version, answered, equal, ports: asked.filter((one) => one.version === version).length };
  });
}

/** "12 of 1,234 (0.97 %; 95 %: 0.56 to 1.69 %)" of what differs. */
export function floorText({ answered, equal, ports }: Floor): string {
  const text = formatOf(answered - equal, answered);
  const interval = ports === 1 ? wilson(answered - equal, answered) : null;
  if (interval === null) return text;
  return `${text.replace(/\)$/, '')}; 95\u00a0%: ${percentText(interval.low)} to ${percentText(interval.high)}\u00a0%)`;
}
