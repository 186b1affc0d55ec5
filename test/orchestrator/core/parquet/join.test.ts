import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { openDatabase, rows, runSql } from '../../../../orchestrator/core/database/duckdb.ts';
import { sqlText } from '../../../../orchestrator/core/database/sql.ts';
import { joinParquet } from '../../../../orchestrator/core/parquet/join.ts';
import { readStruct, writeStruct } from '../../../../orchestrator/core/parquet/thrift.ts';

const test = suite('parquet-join');

/** SQL of rows from `first` on with every type of column that an output has; some texts repeat, so that they have dictionaries and bloom filters. */
const every = (first: number, count: number) => `
  SELECT i AS number, CAST(i % 100 AS TINYINT) AS small, 'word-' || CAST(i % 7 AS VARCHAR) AS word, 'text-' || CAST(i * 7919 AS VARCHAR) AS text,
    i % 3 = 0 AS yes, CASE WHEN i % 5 > 0 THEN i / 7.0 END AS share, [{name: 'n' || CAST(i AS VARCHAR), rank: CASE WHEN i % 2 = 0 THEN i END}] AS list,
    {verdict: 'v' || CAST(i % 4 AS VARCHAR), flags: [i % 2 = 0]} AS nested, NULL::VARCHAR AS none, TIMESTAMP '2026-01-01' + to_seconds(i) AS at
  FROM range(${first}, ${first + count}) r(i)`;

interface Pieces {
  /** Paths of the pieces, and of what they are joined to. */
  pieces: string[];
  whole: string;
  database: Awaited<ReturnType<typeof openDatabase>>;
}

/** Writes each of the queries as a piece, small row groups and all, and hands the files over. */
async function withPieces(queries: readonly string[], work: (given: Pieces) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'parquet-'));
  const database = await openDatabase({ temp: join(folder, '.tmp'), threads: 1 });
  try {
    const pieces = queries.map((_, index) => join(folder, `${index}.parquet`));
    for (const [index, sql] of queries.entries()) {
      const options = "FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE 2048, KV_METADATA {made: 'here'}";
      await runSql(database, `COPY (${sql}) TO ${sqlText(pieces[index] ?? '')} (${options})`);
    }
    await work({ pieces, whole: join(folder, 'whole.parquet'), database });
  } finally {
    database.closeSync();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function all(database: Pieces['database'], sql: string): Promise<unknown[]> {
  const found: unknown[] = [];
  for await (const row of rows(database, sql)) found.push(row);
  return found;
}

const sizes: [sentence: string, counts: number[]][] = [
  ['one piece', [3000]],
  ['pieces of several row groups', [5000, 9000, 100]],
  ['an empty piece between others', [10, 0, 4000]],
  ['an empty piece in front', [0, 10]],
  ['nothing but empty pieces', [0, 0]],
  ['many small pieces', Array.from({ length: 40 }, (_, index) => index)],
];
for (const [sentence, counts] of sizes) {
  const queries = counts.map((count, index) => every(index * 100_000, count));
  test(`${sentence}: the whole has the rows of all, in order`, () =>
    withPieces(queries, async ({ pieces, whole, database }) => {
      const count = await joinParquet(pieces, whole);
      assert.is(
        count,
        counts.reduce((sum, one) => sum + one, 0),
      );
      const read = (path: string) => all(database, `SELECT * FROM read_parquet(${sqlText(path)})`);
      const due = [];
      for (const piece of pieces) due.push(...(await read(piece)));
      assert.equal(await read(whole), due);
    }));
}

test('what stands in the footer beside the columns is kept', () =>
  withPieces([every(0, 10), every(10, 10)], async ({ pieces, whole, database }) => {
    await joinParquet(pieces, whole);
    const metadata = `SELECT key, value FROM parquet_kv_metadata(${sqlText(whole)})`;
    assert.equal(await all(database, metadata), [{ key: 'made', value: 'here' }]);
    const schema = (path: string) =>
      all(database, `SELECT * EXCLUDE (file_name) FROM parquet_schema(${sqlText(path)})`);
    assert.equal(await schema(whole), await schema(pieces[0] ?? ''));
  }));

test('statistics and bloom filters lead to the row groups that they are of', () =>
  withPieces([every(0, 5000), every(100_000, 5000), every(200_000, 5000)], async ({ pieces, whole, database }) => {
    await joinParquet(pieces, whole);
    for (const number of [3, 100_003, 204_999]) {
      const sql = `SELECT number FROM read_parquet(${sqlText(whole)}) WHERE text = 'text-${number * 7919}' AND number >= ${number}`;
      assert.equal(await all(database, sql), [{ number }]);
    }
    const probed = `SELECT count(*) AS groups FROM parquet_bloom_probe(${sqlText(whole)}, 'word', 'word-3') WHERE NOT bloom_filter_excludes`;
    assert.equal(await all(database, probed), [{ groups: 9 }]);
    const missed = `SELECT count(*) AS groups FROM parquet_bloom_probe(${sqlText(whole)}, 'word', 'absent') WHERE bloom_filter_excludes`;
    assert.equal(await all(database, missed), [{ groups: 9 }]);
  }));

test('the whole of one piece is that piece byte for byte', () =>
  withPieces([every(0, 7000)], async ({ pieces, whole }) => {
    await joinParquet(pieces, whole);
    assert.is(Buffer.compare(readFileSync(whole), readFileSync(pieces[0] ?? '')), 0);
  }));

const broken: [sentence: string, damage: (bytes: Buffer) => Buffer, error: RegExp][] = [
  ['a file without the last byte', (bytes) => bytes.subarray(0, -1), /does not end with PAR1/],
  ['a text', () => Buffer.from('address,port\n198.18.0.1,80\n'), /does not end with PAR1/],
  ['a file of three bytes', () => Buffer.from('PAR'), /too short/],
  [
    'a footer longer than its file',
    (bytes) => {
      const changed = Buffer.from(bytes);
      changed.writeUInt32LE(bytes.length + 100, bytes.length - 8);
      return changed;
    },
    /too short/,
  ],
];
for (const [sentence, damage, error] of broken) {
  test(`refused with the file's name: ${sentence}`, () =>
    withPieces([every(0, 10), every(10, 10)], async ({ pieces, whole }) => {
      const [, second = ''] = pieces;
      writeFileSync(second, damage(readFileSync(second)));
      const refused = await joinParquet(pieces, whole).then(
        () => new Error('joined'),
        (cause: unknown) => cause,
      );
      assert.instance(refused, RangeError);
      assert.match(String(refused), error);
      assert.match(String(refused), second);
    }));
}

test('nothing to join is an error', async () => {
  const refused = await joinParquet([], '/nowhere').catch((cause: unknown) => cause);
  assert.instance(refused, RangeError);
});

/** Bytes of the compact protocol: long field ids, a list of 15 items, truth values alone and in a list, a double, negative numbers. */
const structs: [sentence: string, hex: string][] = [
  ['no field', '00'],
  ['a truth value of each kind', '111200'],
  ['a field id far from the one before', '1502' + '05c801' + '04' + '00'],
  ['a negative number of 64 bits', '16' + 'ffffffffffffffffff01' + '00'],
  ['a byte, as the width of an integer is written', '1340' + '00'],
  ['a double', '17' + '000000000000f03f' + '00'],
  ['a list of 15 numbers', `19f50f${'02'.repeat(15)}00`],
  ['a list of truth values', '1932' + '010201' + '00'],
  ['a struct within a list within a struct', '192c' + '1502' + '00' + '1504' + '00' + '00'],
  ['bytes', '1803' + 'ff00fe' + '00'],
];
for (const [sentence, hex] of structs) {
  test(`is written back as it was read: ${sentence}`, () => {
    const bytes = Buffer.from(hex, 'hex');
    assert.is(Buffer.from(writeStruct(readStruct(bytes))).toString('hex'), hex);
  });
  test(`cut anywhere it is refused: ${sentence}`, () => {
    const bytes = Buffer.from(hex, 'hex');
    for (let length = 0; length < bytes.length; length++) {
      assert.throws(
        () => readStruct(bytes.subarray(0, length)),
        (error: unknown) => error instanceof RangeError,
      );
    }
  });
}

test.run();
