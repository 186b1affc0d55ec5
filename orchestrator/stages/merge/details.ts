/** Rows of hosts.parquet once more: those that the report reads of one by one, which would else look for them among ten million. */
export const detailsFile = 'details.parquet';

/** SQL: numbers of verdicts of which something is capable or undecided. */
const telling = 'SELECT verdict FROM verdicts WHERE capable_v1 OR capable_v0 OR undecided';

/**
 * SQL of the rows of details.parquet among those of hostsSql, in order: of every address that was asked for more than all are, or has such a verdict at
 * any of its ports. Sorted, since a join may turn the order.
 */
export function detailsSql(rows: string): string {
  const addresses = `SELECT address FROM ${rows} WHERE known IS NOT NULL OR verdict IN (${telling})`;
  return `(FROM ${rows} WHERE address IN (${addresses}) ORDER BY address, port)`;
}
