import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { z } from 'zod';
import { openDatabase, rows, runSql } from '../../../orchestrator/core/database/duckdb.ts';
import { sqlText } from '../../../orchestrator/core/database/sql.ts';
import { blocks, macros } from '../../../orchestrator/release/counts.ts';
import { ddlText } from '../../../orchestrator/release/describe-table.ts';
import { writeCsv, writeParquet } from '../../../orchestrator/release/table-files.ts';

const test = suite('release/table-files');

const Row = z.strictObject({
  name: z.string().nullable().describe("what others call it; it's theirs"),
  count: z.int().nullable(),
  flag: z.boolean().nullable(),
  list: z.array(z.strictObject({ word: z.string() })).nullable(),
});

/** Does something with an empty folder and a database, and leaves neither. */
async function within<T>(work: (folder: string, database: Awaited<ReturnType<typeof openDatabase>>) => Promise<T>) {
  const folder = mkdtempSync(join(tmpdir(), 'release-'));
  const database = await openDatabase({ temp: join(folder, '.tmp') });
  try {
    return await work(folder, database);
  } finally {
    database.closeSync();
    rmSync(folder, { recursive: true });
  }
}

/** The cell of a name in the CSV. */
async function cellOf(name: string): Promise<string> {
  return await within(async (folder, database) => {
    const chars = [...name].map((character) => `chr(${character.codePointAt(0)})`).join(' || ');
    await runSql(
      database,
      `CREATE TABLE t AS SELECT ${chars} AS name, NULL::BIGINT AS count, NULL::BOOLEAN AS flag, NULL::STRUCT(word VARCHAR)[] AS list`,
    );
    const path = join(folder, 'data/t.csv.gz');
    await writeCsv({ run: (sql) => runSql(database, sql), view: 't', schema: Row }, path);
    const text = gunzipSync(readFileSync(path)).toString();
    return text.slice('name,count,flag,list\n'.length, -',,,\n'.length);
  });
}

const names: [title: string, name: string, cell: string][] = [
  ['a name stands as it is', 'EXAMPLE-AS', 'EXAMPLE-AS'],
  ['a tag stands as it is: nothing reads HTML in a CSV', '<script>', '<script>'],
  ['a formula gets an apostrophe', '=1+1', "'=1+1"],
  ['so does one behind blanks', ' @SUM(A1)', "' @SUM(A1)"],
  ['and a wide one', '\uff1d1', "'\uff1d1"],
  ['a negative number is a number', '-12.5', '-12.5'],
  ['a name that begins with a minus is none', '-cmd|x', "'-cmd|x"],
  ['an escape code is replaced', 'a\u001b[2Jb', 'a\ufffd[2Jb'],
  ['a line end is replaced', 'a\nb', 'a\ufffdb'],
  ['a mark that turns the direction is replaced', 'a\u202eb', 'a\ufffdb'],
  ['quotes and commas are quoted', 'a,"b"', '"a,""b"""'],
];
for (const [title, name, cell] of names) {
  test(`${title}: ${JSON.stringify(name)}`, async () => assert.is(await cellOf(name), cell));
}

test('null is nothing, an empty text is two quotes, lists are JSON', () =>
  within(async (folder, database) => {
    await runSql(
      database,
      `CREATE TABLE t AS SELECT * FROM (VALUES (NULL, NULL, NULL, NULL), ('', 1, true, [{word: 'a\u001b'}])) v(name, count, flag, list)`,
    );
    const path = join(folder, 't.csv');
    await writeCsv({ run: (sql) => runSql(database, sql), view: 't', schema: Row }, path);
    assert.is(readFileSync(path, 'utf8'), 'name,count,flag,list\n,,,\n"",1,true,"[{""word"":""a\\u001B""}]"\n');
  }));

test('the statements of a release make a database of its Parquet files, with all descriptions', () =>
  within(async (folder, database) => {
    await runSql(database, `CREATE TABLE t AS SELECT 'x' AS name, 1 AS count, NULL AS flag, NULL AS list`);
    await writeParquet(
      { run: (sql) => runSql(database, sql), view: 't', schema: Row },
      join(folder, 'data/things.parquet'),
    );
    const ddl = ddlText([{ name: 'things', title: "one's things", one: 'thing', schema: Row }]);
    const there = ddl.replace("'data/", `'${folder}/data/`);
    for (const statement of there.split(';\n')) if (/\w/.test(statement)) await runSql(database, statement);
    const found: unknown[] = [];
    for await (const row of rows(database, 'FROM things')) found.push(row);
    assert.equal(found, [{ name: 'x', count: 1, flag: null, list: null }]);
    const comments: unknown[] = [];
    const asked = `SELECT comment FROM duckdb_columns() WHERE table_name = ${sqlText('things')} AND column_name = 'name'`;
    for await (const row of rows(database, asked)) comments.push(row);
    assert.equal(comments, [{ comment: "what others call it; it's theirs" }]);
  }));

const addresses: [address: string, block: string][] = [
  ['198.18.4.7', '198.18.4.0/24'],
  ['198.18.4.255', '198.18.4.0/24'],
  ['2001:db8:5:6:7:8:9:a', '2001:db8:5::/48'],
  ['2001:db8:5::1', '2001:db8:5::/48'],
  ['2001:db8::1', '2001:db8::/48'],
  ['2001:db8:0:1::', '2001:db8::/48'],
  ['2001::1:2:3', '2001::/48'],
  ['2001:0:5::', '2001:0:5::/48'],
  ['::1', '::/48'],
  ['0:0:5::1', '0:0:5::/48'],
];
test(`a block is the /24 or the /48 of an address (${blocks.length} tables are of blocks)`, () =>
  within(async (_, database) => {
    for (const statement of macros.split(';\n')) if (/\w/.test(statement)) await runSql(database, statement);
    for (const [address, block] of addresses) {
      for await (const row of rows(database, `SELECT block_of(${sqlText(address)}) AS block`))
        assert.equal(row, { block }, address);
    }
  }));

test.run();
