import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DuckDBInstance } from '@duckdb/node-api';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { z } from 'zod';
import { classesOf, drawSample } from '../../../orchestrator/audit/classes.ts';
import { compare, confusion } from '../../../orchestrator/audit/confusion.ts';
import type { Labelled } from '../../../orchestrator/audit/labels.ts';
import { openDatabase, rows, runSql } from '../../../orchestrator/core/database/duckdb.ts';
import { sqlText } from '../../../orchestrator/core/database/sql.ts';
import { makeHost, verdict, writeParquet } from '../report/parquet.ts';

const test = suite('audit/confusion');

const address = (n: number) => `198.18.${n >> 8}.${n & 255}`;

/** 300 endpoints in v1: 12 capable, 30 echoes, 258 without the option; v0 was not asked. */
const hosts = Array.from({ length: 300 }, (_, i) =>
  makeHost({
    address: address(i),
    v1: i < 12 ? verdict('capable', 'fresh_key') : i < 42 ? verdict('echoed_option') : verdict('not_offered'),
    v0: null,
    v0_missing: 'not_sent',
  }),
);

async function within<T>(use: (database: DuckDBInstance) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'census-audit-'));
  const paths = await writeParquet(folder, hosts, []);
  const database = await openDatabase({ temp: join(folder, 'temp') });
  await runSql(database, `CREATE VIEW hosts AS FROM read_parquet(${sqlText(paths.hosts)})`);
  try {
    return await use(database);
  } finally {
    database.closeSync();
    await rm(folder, { recursive: true });
  }
}

async function drawn(database: DuckDBInstance, seed: number, per: number): Promise<string[]> {
  await drawSample(database, seed, per);
  const found: string[] = [];
  for await (const row of rows(database, 'SELECT verdict, size, address FROM sample ORDER BY ALL')) {
    const {
      verdict: name,
      size,
      address: one,
    } = z.object({ verdict: z.string(), size: z.int(), address: z.string() }).parse(row);
    found.push(`${name} ${size} ${one}`);
  }
  return found;
}

test('a sample has so many of each class, all of a smaller one, and is the same for the same seed', async () => {
  await within(async (database) => {
    const first = await drawn(database, 5, 20);
    const count = (name: string) => first.filter((line) => line.startsWith(name)).length;
    assert.equal([count('capable 12 '), count('echoed_option 30 '), count('not_offered 258 ')], [12, 20, 20]);
    assert.equal(await drawn(database, 5, 20), first);
    assert.not.equal(await drawn(database, 6, 20), first);
    const smaller = await drawn(database, 5, 3);
    assert.ok(
      smaller.length === 9 && smaller.every((line) => first.includes(line)),
      'a larger sample holds a smaller one',
    );
  });
});

function label(n: number, says: Labelled['label'], version: 0 | 1 = 1): Labelled {
  return { line: n + 1, text: String(n), address: address(n), port: 80, version, label: says };
}

test('a table of labels against verdicts, and the same for the whole run, each class by its size', async () => {
  const labelled = [
    ...Array.from({ length: 12 }, (_, n) => label(n, n < 11 ? 'capable' : 'echoed_option')),
    ...Array.from({ length: 10 }, (_, n) => label(12 + n, n < 8 ? 'echoed_option' : n < 9 ? 'capable' : 'unsure')),
    ...Array.from({ length: 20 }, (_, n) => label(42 + n, 'not_offered')),
  ];
  const [table, weighted] = await within(async (database) => {
    const run = { database, manifest: Object.create(null) };
    const { compared, rejected } = await compare(run, labelled);
    assert.equal(rejected, []);
    return await confusion(run, compared);
  });
  assert.equal(
    table?.rows.map((row) => [
      row.verdict,
      row.size,
      row.labelled,
      row.capable,
      row.echoed_option,
      row.not_offered,
      row.unsure,
    ]),
    [
      ['capable', 12, 12, 11, 1, 0, 0],
      ['echoed_option', 30, 10, 1, 8, 0, 1],
      ['not_offered', 258, 20, 0, 0, 20, 0],
    ],
  );
  assert.equal(
    table?.rows.map(({ agreed }) => Math.round(Number(agreed))),
    [92, 89, 100],
  );
  const told = (said: string) => weighted?.rows.find((row) => row.said === said);
  assert.equal([told('label capable')?.count, told('label capable')?.of], [Math.round(11 + 30 / 9), 300]);
  assert.equal(told('verdict and label agree')?.count, Math.round(11 + (30 * 8) / 9 + 258));
});

test('a class without labels is told, and nothing is said of it', async () => {
  const [, weighted] = await within(async (database) => {
    const run = { database, manifest: Object.create(null) };
    return await confusion(run, (await compare(run, [label(0, 'capable')])).compared);
  });
  assert.match(weighted?.denominator ?? '', 'Of 288 claims in 2 classes without a label nothing is said.');
  assert.is(weighted?.rows[0]?.of, 12);
});

test('a claim that the run does not have is rejected: another address, a version that was not asked', async () => {
  const { compared, rejected } = await within(
    async (database) =>
      await compare({ database, manifest: Object.create(null) }, [label(300, 'silent'), label(1, 'silent', 0)]),
  );
  assert.is(compared.length, 0);
  assert.equal(
    rejected.map(({ line, reason }) => [line, reason]),
    [
      [301, 'the run has no such address, port and version'],
      [2, 'the run has no such address, port and version'],
    ],
  );
});

test('every class of the run is counted', async () => {
  assert.equal(await within(classesOf), [
    { version: 1, verdict: 'capable', size: 12 },
    { version: 1, verdict: 'echoed_option', size: 30 },
    { version: 1, verdict: 'not_offered', size: 258 },
  ]);
});

test.run();
