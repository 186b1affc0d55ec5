import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { z } from 'zod';
import { openDatabase, rows } from '../../../../orchestrator/core/database/duckdb.ts';
import {
  falsePositiveRate,
  leastControls,
  leastPairs,
  medians,
  nearerSql,
  thresholdsSql,
} from '../../../../orchestrator/evidence/boxes/nearer.ts';
import { temporaryFolder } from '../../tools/context.ts';

const test = suite('nearer');

interface Row {
  control: string | null;
  pairs: number;
  ratio: number | null;
  gap: number | null;
}

const Told = z.object({ n: z.coerce.number(), nearer: z.boolean().nullable() });

/** What the rule says of each row. */
async function judged(given: readonly Row[]): Promise<(boolean | null)[]> {
  const database = await openDatabase({ temp: await temporaryFolder() });
  const values = given.map(
    ({ control, pairs, ratio, gap }, n) =>
      `(${n}, ${control === null ? 'NULL' : `'${control}'`}, ${pairs}, ${ratio ?? 'NULL'}::DOUBLE, ${gap ?? 'NULL'}::DOUBLE)`,
  );
  const table = `(SELECT * FROM (VALUES ${values.join(', ')}) AS v(n, control, pairs, ratio, gap))`;
  const told: (boolean | null)[] = [];
  const sql = `SELECT n, ${nearerSql('p', 't')} AS nearer FROM ${table} p, (${thresholdsSql(table)}) t ORDER BY n`;
  for await (const row of rows(database, sql)) told.push(Told.parse(row).nearer);
  database.closeSync();
  return told;
}

/** Controls whose SYN takes 0.80 to 1.20 of a ping of 10 ms. */
const controls = (count: number): Row[] =>
  Array.from({ length: count }, (_, n) => {
    const ratio = 0.8 + (0.4 * n) / count;
    return { control: 'plain', pairs: 5, ratio, gap: 10_000 * (1 - ratio) };
  });
const candidate = (more: Partial<Row> = {}): Row => ({ control: null, pairs: 5, ratio: 0.1, gap: 9000, ...more });

const cases: [sentence: string, row: Row, nearer: boolean | null][] = [
  ['far beyond both thresholds', candidate(), true],
  ['as most controls are', candidate({ ratio: 0.95, gap: 500 }), false],
  ['a small share of a short way: the gap is too small', candidate({ ratio: 0.1, gap: 1500 }), false],
  ['a large gap of a long way: the share is not small', candidate({ ratio: 0.9, gap: 50_000 }), false],
  ['four pairs are too few', candidate({ pairs: leastPairs - 1 }), null],
  ['no pair', candidate({ pairs: 0, ratio: null, gap: null }), null],
  ['an echo as control is judged like a candidate', candidate({ control: 'echo' }), true],
];
test('rows are judged by what 1,000 plain controls show', async () => {
  const told = await judged([...controls(1000), ...cases.map(([, row]) => row)]);
  for (const [n, [sentence, , nearer]] of cases.entries()) assert.is(told[1000 + n], nearer, sentence);
});

test('less than a millisecond tells of no box, however steady the controls are', async () => {
  const steady = controls(100).map((row) => ({ ...row, ratio: 1, gap: 0 }));
  const [near, far] = (
    await judged([...steady, candidate({ ratio: 0.5, gap: 900 }), candidate({ ratio: 0.5, gap: 1100 })])
  ).slice(-2);
  assert.equal([near, far], [false, true]);
});

test('no more of the controls are called so than the rate says', async () => {
  for (const count of [leastControls, 100, 250, 1000]) {
    const told = await judged(controls(count));
    assert.ok(told.filter((one) => one === true).length <= falsePositiveRate * count, String(count));
    assert.not(told.includes(null));
  }
  assert.is((await judged(controls(1000))).filter((one) => one === true).length, 9);
});

test('of too few controls no threshold is taken', async () => {
  assert.equal((await judged([...controls(leastControls - 1), candidate()])).at(-1), null);
  assert.equal(await judged([candidate()]), [null]);
});

test('controls of other kinds, and those with few pairs, take no part in it', async () => {
  const wild = Array.from({ length: 500 }, () => candidate({ control: 'echo', ratio: 0.001, gap: 99_999 }));
  const few = Array.from({ length: 500 }, () => candidate({ control: 'plain', pairs: 4, ratio: 0.001, gap: 99_999 }));
  assert.is((await judged([...controls(100), ...wild, ...few, candidate()])).at(-1), true);
});

test('a ping of no time makes no ratio', () => {
  assert.equal(medians([{ syn: 1, ping: 0 }]), { ratio: null, gap: null });
  assert.equal(medians([]), { ratio: null, gap: null });
});

test.run();
