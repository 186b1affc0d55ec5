// takes: long
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { accounted } from '../../../orchestrator/core/folder/entries.ts';
import { readManifest } from '../../../orchestrator/core/folder/manifest.ts';
import { ProgramError } from '../../../orchestrator/errors.ts';
import { losses } from '../../../orchestrator/machine/notices.ts';
import { errorOf, runToy, squares, toyConfig, toyFolder } from './toy.ts';

const test = suite('a run');

test('cuts units into parts, and counts add up at every stage', async () => {
  const folder = toyFolder();
  const { manifest, ran } = await runToy(folder, toyConfig);
  assert.equal(ran, ['first', 'second', 'sum']);
  const first = manifest.stages.first;
  assert.equal(Object.keys(first?.parts ?? {}), ['00000', '00001', '00002']);
  assert.equal(first?.counts, {
    units_in: 8,
    answered: 5,
    failed: {},
    rejected: {},
    skipped: { duplicate: 2, blocked: 1 },
    records_out: 5,
    rejected_lines: 0,
  });
  for (const { counts } of Object.values(manifest.stages)) assert.is(counts && accounted(counts), counts?.units_in);
  assert.equal(JSON.parse(readFileSync(join(folder, 'sum.json'), 'utf8')), { total: 1 + 16 + 256 + 625 });
});

test('rows that a tool hands over while it collects are decoded once, and give the records that its raw files would', async () => {
  const { manifest: once } = await runToy(toyFolder(), toyConfig);
  const { manifest: live } = await runToy(toyFolder(), { ...toyConfig, live: true });
  for (const stage of ['first', 'second']) {
    const records = ({ stages }: typeof once) => stages[stage]?.digest;
    assert.is(records(live), records(once), stage);
    assert.equal(live.stages[stage]?.counts, once.stages[stage]?.counts);
  }
});

test('a part that was killed behind its collecting is decoded from its raw files', async () => {
  const folder = toyFolder();
  const { manifest: once } = await runToy(folder, toyConfig);
  const before = structuredClone(once);
  delete before.stages.first?.parts['00001'];
  for (const ending of ['parquet', 'json']) rmSync(join(folder, 'first', `00001.${ending}`));
  const { manifest } = await runToy(folder, { ...toyConfig, live: true, script: 'exit 9' }, before);
  assert.is(manifest.stages.first?.digest, once.stages.first?.digest);
});

test('a second start does nothing', async () => {
  const folder = toyFolder();
  await runToy(folder, toyConfig);
  const { ran, events } = await runToy(folder, toyConfig, await readManifest(folder));
  assert.equal(ran, []);
  assert.ok(events.every(({ type }) => type === 'stage_unchanged'));
});

test('a stage folder that was removed is measured again, with what follows, and its old packets are kept', async () => {
  const folder = toyFolder();
  await runToy(folder, toyConfig);
  rmSync(join(folder, 'second'), { recursive: true });
  // The same input gives the same records here, so what follows is unchanged: only the stage itself runs.
  const { ran } = await runToy(folder, toyConfig, await readManifest(folder));
  assert.equal(ran, ['second']);
  assert.equal(readdirSync(join(folder, 'raw', 'superseded')).sort(), [
    'second-00000.0',
    'second-00001.0',
    'second-00002.0',
  ]);
});

test('other records of a stage make the stages that read it run again', async () => {
  const folder = toyFolder();
  await runToy(folder, toyConfig);
  rmSync(join(folder, 'first'), { recursive: true });
  const doubled = squares.replace('n * n', 'n * n * 2');
  const { ran, manifest } = await runToy(folder, { ...toyConfig, script: doubled }, await readManifest(folder));
  assert.equal(ran, ['first', 'second', 'sum']);
  assert.is(manifest.result_sha256, String([0, 2, 8, 32, 50].reduce((total, n) => total + n * n * 2, 0)));
});

test('a part that was collected but not decoded is decoded without running its program', async () => {
  const folder = toyFolder();
  await runToy(folder, toyConfig);
  const before = await readManifest(folder);
  delete before?.stages.first?.parts['00001'];
  for (const ending of ['parquet', 'json']) rmSync(join(folder, 'first', `00001.${ending}`));
  await runToy(folder, { ...toyConfig, script: 'exit 9' }, before);
  assert.ok(existsSync(join(folder, 'first', '00001.parquet')));
});

test('a program that exits with 3 is an error that names stage, part, command, code and its last words; what was done stays', async () => {
  const folder = toyFolder();
  const script = `if [ "$1" = 00001 ]; then echo 'no memory for this' >&2; exit 3; fi; ${squares}`;
  const error = await errorOf(runToy(folder, { ...toyConfig, script }));
  assert.instance(error, ProgramError);
  assert.is(error.code, 'E_PROGRAM_FAILED');
  for (const word of ['first/00001', 'bash exited with 3', 'bash -c', 'no memory for this'])
    assert.match(error.message, word);
  assert.equal(readdirSync(join(folder, 'first')), ['00000.json', '00000.parquet']);
  const { manifest } = await runToy(folder, toyConfig, await readManifest(folder));
  assert.is(manifest.result_sha256, '898');
});

test('units that opt out after the cut are not asked in parts to come, and stay where they were measured', async () => {
  const folder = toyFolder();
  const failing = `if [ "$1" = 00001 ]; then exit 3; fi; ${squares}`;
  await errorOf(runToy(folder, { ...toyConfig, script: failing }));
  const optedOut = [1, 2, 5];
  const { manifest } = await runToy(folder, { ...toyConfig, optedOut }, await readManifest(folder));
  const first = manifest.stages.first;
  assert.equal(first?.counts?.skipped, { duplicate: 2, blocked: 1 + 2 });
  assert.is(first?.counts?.answered, 3);
  assert.is(readFileSync(join(folder, 'raw', 'first', '00001', 'lines'), 'utf8'), '{"n":4,"square":16}\n');
  assert.equal(readdirSync(join(folder, 'raw', 'first', '00002')).sort(), [
    'asked.ndjson',
    'commands.json',
    'skipped.ndjson',
  ]);
  // The lists are gone, and the same is decoded from the raw files.
  rmSync(join(folder, 'first', '00001.parquet'));
  writeFileSync(join(folder, 'first', '00001.parquet'), '');
  const again = await runToy(folder, toyConfig, await readManifest(folder));
  assert.equal(again.manifest.stages.first?.counts, first?.counts);
  assert.is(again.manifest.stages.first?.digest, first?.digest);
});

test('a program that falls silent is ended and named', async () => {
  const error = await errorOf(runToy(toyFolder(), { ...toyConfig, script: 'exec sleep 30', idleMs: 300 }));
  assert.match(error.message, /hung: nothing heard for 0\.3 s/);
});

test('a program that runs too long is ended and named', async () => {
  const script = 'while :; do echo .; sleep 0.05; done';
  const error = await errorOf(runToy(toyFolder(), { ...toyConfig, script, timeoutMs: 400 }));
  assert.match(error.message, /hung: still running after 0\.4 s/);
});

test('a program that prints rubbish is an error, and the rubbish is kept', async () => {
  const folder = toyFolder();
  const script = "echo 'Segmentation fault'; echo '{\"n\": 1, \"squ'; echo 'it was me' >&2";
  const error = await errorOf(runToy(folder, { ...toyConfig, script }));
  assert.is(error.code, 'E_PROGRAM_RUBBISH');
  assert.match(error.message, /first\/00000: bash printed invalid output: 2 rows/);
  assert.match(error.message, /it was me/);
  assert.match(readFileSync(join(folder, 'rejects', 'parts', 'first-00000.ndjson'), 'utf8'), 'Segmentation fault');
});

test('a bad line in a part of one unit is a reject, told as a loss; parts that are mostly such are an error at the end', async () => {
  const one = 'read -r a; n=$(printf %s "$a" | tr -dc 0-9); [ $n -lt 1 ] && n=no; echo "{\\"n\\":$n,\\"square\\":$n}"';
  const config = { ...toyConfig, count: 3, partSize: 1, script: one };
  const { manifest } = await runToy(toyFolder(), config);
  assert.equal(
    losses(manifest)
      .map(({ stage, text }) => `${stage} ${text.split(':')[0]}`)
      .slice(0, 1),
    ['first invalid_rows = 1'],
  );
  const most = { ...config, script: one.replace('-lt 1', '-lt 2') };
  const folder = toyFolder();
  const error = await errorOf(runToy(folder, most));
  assert.is(error.code, 'E_PROGRAM_RUBBISH');
  assert.match(error.message, /first\/00000: bash printed invalid output: 2 rows .*; valid rows: 1/);
  assert.match((await errorOf(runToy(folder, most))).message, /printed invalid output/);
});

test('half a line among good ones is a reject, its unit is counted, a surprise field is counted and harmless', async () => {
  const folder = toyFolder();
  const script =
    'read -r a; read -r b; n=$(printf %s "$a" | tr -dc 0-9); echo "{\\"n\\":$n,\\"square\\":$n,\\"mood\\":1}"; printf \'{"n":\'';
  const { manifest } = await runToy(folder, { ...toyConfig, script, count: 2 });
  const first = manifest.stages.first;
  assert.equal(first?.counts?.failed, { timeout: 1 });
  assert.is(first?.counts?.rejected_lines, 1);
  assert.equal(first?.parts['00000']?.unknown_fields, { mood: 1 });
  const [reject] = readFileSync(join(folder, 'rejects', 'first.ndjson'), 'utf8')
    .trim()
    .split('\n');
  assert.is(JSON.parse(reject ?? '').line, '{"n":');
});

test('a record for a unit that nobody asked for is rejected', async () => {
  const script = `${squares}; echo '{"n":77,"square":1}'`;
  const { manifest } = await runToy(toyFolder(), { ...toyConfig, script, count: 2 });
  assert.is(manifest.stages.first?.counts?.rejected_lines, 1);
  assert.is(manifest.stages.first?.counts?.answered, 2);
});

test('a missing program could not be started, and the hint says how to install it', async () => {
  const path = process.env.PATH;
  process.env.PATH = '/nonexistent';
  const run = runToy(toyFolder(), toyConfig);
  const error = await errorOf(run).finally(() => {
    process.env.PATH = path;
  });
  assert.match(error.message, /bash could not be started/);
  assert.match(error.hint, /apt-get install .* bash/);
});

test('records that were cut short are decoded again, and the result is the same', async () => {
  const folder = toyFolder();
  const before = await runToy(folder, toyConfig);
  writeFileSync(join(folder, 'first', '00001.parquet'), '{"n":2,"squ');
  const { manifest, ran } = await runToy(folder, { ...toyConfig, script: 'exit 9' }, await readManifest(folder));
  assert.equal(ran, ['first']);
  assert.is(manifest.stages.first?.digest, before.manifest.stages.first?.digest);
});

test('units that were changed after the cut stop the run: its counts could not add up', async () => {
  const folder = toyFolder();
  await runToy(folder, toyConfig);
  rmSync(join(folder, 'first', '00001.parquet'));
  writeFileSync(join(folder, 'raw', 'first', 'input', '00001.ndjson'), '{"n":2}\n');
  const error = await errorOf(runToy(folder, toyConfig, await readManifest(folder)));
  assert.is(error.code, 'E_RUN_FOLDER');
  assert.match(error.message, 'first/input/00001.ndjson is not what was written there');
});

test('a damaged cut is made anew, and the packets that belonged to it are kept', async () => {
  const folder = toyFolder();
  await runToy(folder, toyConfig);
  writeFileSync(join(folder, 'raw', 'first', 'input', 'cut.json'), '{"parts": [');
  const { manifest } = await runToy(folder, toyConfig, await readManifest(folder));
  assert.is(manifest.result_sha256, '898');
  assert.equal(readdirSync(join(folder, 'raw', 'superseded')), ['first.0']);
});

test.run();
