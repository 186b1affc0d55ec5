// takes: long
// runs: behind
import { appendFileSync, existsSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { z } from 'zod';
import { recordLines } from '../../../orchestrator/core/cat.ts';
import { sameRows } from '../../../orchestrator/core/compare-rows.ts';
import { openDatabase, rows, runSql } from '../../../orchestrator/core/database/duckdb.ts';
import { sqlText } from '../../../orchestrator/core/database/sql.ts';
import { sha256File, sha256Of } from '../../../orchestrator/core/folder/files.ts';
import { RunFolder } from '../../../orchestrator/core/folder/folder.ts';
import { type Manifest, ManifestFile, readManifest } from '../../../orchestrator/core/folder/manifest.ts';
import { replayStages, requireSameInputs } from '../../../orchestrator/core/replay.ts';
import { CensusError } from '../../../orchestrator/errors.ts';
import { runToy, toyConfig, toyFolder, toyStages } from './toy.ts';

const test = suite('replay');

/** Whether a line is of this part: the toy's parts hold two units each, and the unit of line 3 is skipped. */
function inPart(manifest: Manifest, stage: string, part: string, line: string): boolean {
  const names = Object.keys(manifest.stages[stage]?.parts ?? {}).sort();
  const { n } = z.object({ n: z.int() }).parse(JSON.parse(line));
  const units = stage === 'first' ? [0, 1, 2, 4, 5] : [0, 1, 4, 16, 25];
  return names[Math.floor(units.indexOf(n) / toyConfig.partSize)] === part;
}

async function replay(folder: string, given: { before?: Manifest; stages?: typeof toyStages } = {}) {
  const before = given.before ?? (await readManifest(folder));
  if (before === null) throw new Error('no manifest');
  const into = join(folder, 'replay');
  return await replayStages({
    folder: new RunFolder(folder, into),
    manifest: new ManifestFile(into, structuredClone(before)),
    before,
    // Whatever the program would do, it is not started.
    config: { ...toyConfig, script: 'exit 9' },
    stages: given.stages ?? toyStages,
    report: () => undefined,
    signal: new AbortController().signal,
    terminal: false,
  });
}

test('gives the same rows at every stage and starts no program', async () => {
  const folder = toyFolder();
  await runToy(folder, toyConfig);
  const results = await replay(folder);
  assert.equal(
    results.map(({ stage, compared, differs }) => [stage, compared, differs]),
    [
      ['first', 3, []],
      ['second', 3, []],
      ['sum', 1, []],
    ],
  );
  assert.ok(existsSync(join(folder, 'replay', 'sum.json')));
});

test('a file that an earlier version did not write is no difference where its rows stand in another one too', async () => {
  const folder = toyFolder();
  await runToy(folder, toyConfig);
  const manifest = await readManifest(folder);
  if (manifest?.stages.sum === undefined) throw new Error('no manifest');
  manifest.stages.sum.outputs = {};
  for (const repeats of [undefined, ['sum.json']]) {
    const stages = toyStages.map((stage) =>
      stage.kind === 'whole' && repeats !== undefined ? { ...stage, repeats } : stage,
    );
    const { differs, notes } = (await replay(folder, { before: manifest, stages })).at(-1) ?? {};
    assert.equal(differs, repeats === undefined ? ['sum.json'] : []);
    assert.equal(notes, repeats === undefined ? [] : ['sum.json was not written when the run was made: not compared']);
  }
});

test('a file of that kind is compared where the run has one', async () => {
  const folder = toyFolder();
  await runToy(folder, toyConfig);
  const manifest = await readManifest(folder);
  if (manifest?.stages.sum === undefined) throw new Error('no manifest');
  manifest.stages.sum.outputs = { 'sum.json': sha256Of('another') };
  const stages = toyStages.map((stage) => (stage.kind === 'whole' ? { ...stage, repeats: ['sum.json'] } : stage));
  assert.equal((await replay(folder, { before: manifest, stages })).at(-1)?.differs, ['sum.json']);
});

test('one that is ended on its way has left its manifest, by which it is known', async () => {
  const folder = toyFolder();
  await runToy(folder, toyConfig);
  rmSync(join(folder, 'raw', 'first', '00000'), { recursive: true });
  assert.instance(await replay(folder).catch((cause: unknown) => cause), Error);
  assert.ok(existsSync(join(folder, 'replay', 'manifest.json')));
});

test('a raw file that was changed since is named, with what follows from it', async () => {
  const folder = toyFolder();
  await runToy(folder, toyConfig);
  appendFileSync(join(folder, 'raw', 'first', '00000', 'lines'), '{"n":0,"square":7}\n');
  const [first] = await replay(folder);
  assert.equal(first?.differs, ['raw/first/00000/lines', 'first/00000.parquet']);
});

/** The toy's run as it was made before Parquet: records as NDJSON in the order they came, here from behind. */
async function oldRun(change: (line: string) => string = (line) => line): Promise<string> {
  const folder = toyFolder();
  const { manifest } = await runToy(folder, toyConfig);
  for (const stage of ['first', 'second']) {
    for (const [part, entry] of Object.entries(manifest.stages[stage]?.parts ?? {})) {
      const lines: string[] = [];
      for await (const line of recordLines(folder, stage, null)) lines.push(line);
      const own = lines.filter((line) => inPart(manifest, stage, part, line)).reverse();
      const text = own.map((line) => `${change(line)}\n`).join('');
      writeFileSync(join(folder, stage, `${part}.ndjson`), text);
      entry.output_sha256 = sha256Of(text);
      entry.records_sha256 = null;
    }
  }
  for (const stage of ['first', 'second']) {
    for (const file of readdirSync(join(folder, stage))) {
      if (file.endsWith('.parquet')) rmSync(join(folder, stage, file));
    }
  }
  manifest.schema_version = 1;
  writeFileSync(join(folder, 'manifest.json'), JSON.stringify(manifest));
  return folder;
}

const olds: [sentence: string, change: (line: string) => string, differs: number, note: RegExp][] = [
  ['the same rows', (line) => line, 0, /^made with schema_version 1: compared as sets of rows$/],
  [
    'rows that lack a younger field',
    (line) => line.replace(/,"failure":null/, ''),
    0,
    /compared as sets of rows, in the 2 of 3 fields that it has/,
  ],
  ['a row that says something else', (line) => line.replace('"square":16', '"square":17'), 1, /schema_version 1/],
];
for (const [sentence, change, differs, note] of olds) {
  test(`the records of a run of before Parquet are compared as sets: ${sentence}`, async () => {
    const folder = await oldRun(change);
    const [first] = await replay(folder);
    assert.is(first?.differs.length, differs, String(first?.differs));
    assert.match(first?.notes.join() ?? '', note);
    assert.not(existsSync(join(folder, 'first', '00000.parquet')), 'the run stays as it was');
  });
}

test('records of such a run that were changed since are not compared, and that is said', async () => {
  const folder = await oldRun();
  appendFileSync(join(folder, 'first', '00000.ndjson'), '\n');
  const [first] = await replay(folder);
  assert.equal(first?.differs, ['first/00000.ndjson']);
  assert.match(first?.notes.join() ?? '', /not compared/);
});

/** The toy's run as a version made it whose records did not say why they failed. */
async function runWithFewerFields(square: string): Promise<string> {
  const folder = toyFolder();
  const { manifest } = await runToy(folder, toyConfig);
  const path = join(folder, 'first', '00000.parquet');
  const database = await openDatabase({ temp: join(folder, 'temp') });
  const fewer = `SELECT n, ${square} AS square FROM read_parquet(${sqlText(path)})`;
  await runSql(database, `COPY (${fewer}) TO ${sqlText(`${path}.old`)} (FORMAT parquet)`);
  renameSync(`${path}.old`, path);
  Object.assign(manifest.stages.first?.parts['00000'] ?? {}, {
    output_sha256: 'of fewer fields',
    records_sha256: await sha256File(path),
  });
  writeFileSync(join(folder, 'manifest.json'), JSON.stringify(manifest));
  return folder;
}

for (const [square, differs] of [
  ['square', []],
  ['square + 1', ['first/00000.parquet']],
] as const) {
  test(`records of before a field are compared in the fields of then: ${square}`, async () => {
    const [first] = await replay(await runWithFewerFields(square));
    assert.equal(first?.differs, differs);
    assert.match(first?.notes.join() ?? '', /compared in the 2 of 3 that it has/);
  });
}

test('a table in other bytes with the same rows in the same order is no difference', async () => {
  const folder = toyFolder();
  const database = await openDatabase({ temp: join(folder, 'temp') });
  const write = (to: string, sql: string, options: string) =>
    runSql(database, `COPY (${sql}) TO ${sqlText(join(folder, to))} (FORMAT parquet${options})`);
  const numbers = 'SELECT range AS n, [range, NULL] AS list FROM range(5000)';
  mkdirSync(join(folder, 'replay'));
  const state = {
    folder: new RunFolder(folder, join(folder, 'replay')),
    query: (sql: string) => rows(database, sql),
  };
  const compared: boolean[] = [];
  for (const sql of [
    numbers,
    `${numbers} ORDER BY n DESC`,
    `${numbers} LIMIT 4999`,
    `${numbers} WHERE n <> 7 UNION ALL SELECT 7, []`,
  ]) {
    await write('sums.parquet', numbers, '');
    await write('replay/sums.parquet', sql, ', COMPRESSION zstd, ROW_GROUP_SIZE 2048');
    compared.push(await sameRows(state, 'sums.parquet', await sha256File(join(folder, 'sums.parquet'))));
  }
  assert.equal(compared, [true, false, false, false]);
  assert.not(await sameRows(state, 'sums.parquet', 'the sha256 of another file'));
  database.closeSync();
});

test('a run whose raw files were removed is refused, and is not told to measure again', async () => {
  const folder = toyFolder();
  await runToy(folder, toyConfig);
  rmSync(join(folder, 'raw', 'second', 'input', 'cut.json'));
  const message = await replay(folder).then(
    () => '',
    (error: unknown) => `${error}: ${error instanceof CensusError ? error.hint : ''}`,
  );
  assert.match(message, /the raw files of second are gone.*put raw\/ back/);
  assert.not.match(message, 'mptcp-census run');
});

test('an input that has other content now is refused', async () => {
  const folder = toyFolder();
  const { manifest } = await runToy(folder, toyConfig);
  const path = join(folder, 'manifest.json');
  const message = await requireSameInputs({ ...manifest, inputs: { [path]: { sha256: '00', bytes: 1 } } }).then(
    () => '',
    (error: unknown) => String(error),
  );
  assert.match(message, 'has other content');
});

test.run();
