// runs: behind
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { z } from 'zod';
import { shareByRange } from '../../../../orchestrator/stages/units/by-range.ts';

import { scanned, withViews } from '../records.ts';

const test = suite('stages/units/by-range');

const Row = z.object({ address: z.string(), rows: z.int() });

/** Addresses of which some answered twice, in no order. */
const addresses = Array.from({ length: 300 }, (_, i) => `198.18.${(i * 7) % 20}.${(i * 13) % 50}`);

/** What a table holds that is made `most` rows at a time: its rows as they come, and how many pieces it was made of. */
async function madeBy(most: number): Promise<{ rows: string[]; pieces: number }> {
  return await withViews({ scan: addresses.map((a) => scanned(a, [])) }, ['scan'], async (batches, shareTable) => {
    let pieces = 0;
    await shareByRange(
      { batches, shareTable },
      'counted',
      'SELECT address FROM scan',
      (rows) => {
        pieces++;
        return `SELECT address, count(*) AS rows FROM ${rows} GROUP BY address ORDER BY address`;
      },
      most,
    );
    const rows: string[] = [];
    for await (const batch of batches('FROM counted'))
      for (const value of batch) {
        const row = Row.parse(value);
        rows.push(`${row.address} ${row.rows}`);
      }
    return { rows, pieces };
  });
}

const times = new Map<string, number>();
for (const address of addresses) times.set(address, (times.get(address) ?? 0) + 1);
const expected = [...times].sort(([a], [b]) => (a < b ? -1 : 1)).map(([address, rows]) => `${address} ${rows}`);

for (const [most, pieces] of [
  [1000, 1],
  [100, 3],
  [7, 30],
] as const) {
  test(`a table made of ${most} rows at a time has each row once, in order`, async () => {
    const made = await madeBy(most);
    assert.equal(made.rows, expected);
    assert.ok(made.pieces >= pieces, `${made.pieces} pieces`);
  });
}

test.run();
