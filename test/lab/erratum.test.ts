// needs: root
// takes: long
import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { readManifest } from '../../orchestrator/core/folder/manifest.ts';
import { check } from '../../scripts/lab/check/check.ts';
import { readResult } from '../../scripts/lab/check/result.ts';
import { tearDown } from '../../scripts/lab/teardown.ts';
import { readTruth } from '../../scripts/lab/truth.ts';
import { skipUnless } from '../skip.ts';
import { census, standUp } from './census-in-lab.ts';
import { whyNoLab } from './inside.ts';

const test = suite('lab/erratum');

/** sha256 of everything that a run published, by file. */
async function published(run: string): Promise<Record<string, string>> {
  const report = (await readdir(join(run, 'report'))).map((name) => join('report', name));
  const files = ['manifest.json', 'hosts.parquet', 'domains.parquet', ...report];
  const hashed = files.map(
    async (file): Promise<[string, string]> => [
      file,
      createHash('sha256')
        .update(await readFile(join(run, file)))
        .digest('hex'),
    ],
  );
  return Object.fromEntries(await Promise.all(hashed));
}

/** Rows of a small CSV of the report, cells without commas. */
async function csv(run: string, name: string): Promise<string[][]> {
  const text = await readFile(join(run, 'report', `${name}.csv`), 'utf8');
  return text
    .trim()
    .split('\n')
    .slice(1)
    .map((line) => line.split(','));
}

/** Endpoints whose verdict for v0 that is. */
async function verdicts(run: string, name: string): Promise<number> {
  return Number((await csv(run, 'verdicts')).find(([verdict]) => verdict === name)?.[3]);
}

const reason = await whyNoLab();
if (!skipUnless(reason === null, 'lab/erratum', reason ?? '')) {
  const stand = await standUp({ world: 'erratum' });
  const run = stand.folder('erratum');
  const replayed = join(run, 'replay-mehani2015');

  test('of 353 that answer with MP_CAPABLE the report counts 20, and says what the other 333 are', async () => {
    const { exitCode, stdout, stderr } = await census(stand, ['run', '-c', stand.config, run]);
    assert.is(exitCode, 0, stdout + stderr);
    assert.equal(check(await readTruth(stand.truth), await readResult(run)).differences, []);
    assert.equal([await verdicts(run, 'capable'), await verdicts(run, 'echoed_option')], [20, 333]);
    const others = await readFile(join(run, 'report', 'not_counted.csv'), 'utf8');
    const counts = others
      .trim()
      .split('\n')
      .slice(1)
      .map((line) => Number(/,,(\d+),/.exec(line)?.[1]));
    assert.is(
      counts.reduce((sum, count) => sum + count, 0),
      333,
      others,
    );
    assert.ok(counts.length >= 5, 'they are of several kinds');
    assert.ok(
      others
        .trim()
        .split('\n')
        .every((line) => /[a-z]\.?"?$/.test(line)),
      'each kind is told in words',
    );
  });

  test("the same packets by the study's rule are 353, in a folder of their own", async () => {
    const before = await published(run);
    const { exitCode, stdout, stderr } = await census(stand, ['replay', run, '--rules', 'mehani2015']);
    assert.is(exitCode, 0, stdout + stderr);
    assert.match(stdout, /353 \(70\.18\s%\) are MPTCP-capable/);
    assert.match(stdout, 'Judged by the rules of mehani2015');
    assert.equal([await verdicts(replayed, 'capable'), await verdicts(replayed, 'echoed_option')], [353, 0]);
    assert.equal(await published(run), before, 'the run is as it was');
  });

  test('each verdict, and the manifest, names the rules that gave it', async () => {
    const sets = async (folder: string) => new Set((await readResult(folder)).hosts.map(({ v0 }) => v0?.rule_set));
    assert.equal([...(await sets(run))], ['ours']);
    assert.equal([...(await sets(replayed))], ['mehani2015']);
    assert.is((await readManifest(run))?.rule_set, 'ours');
    assert.is((await readManifest(replayed))?.rule_set, 'mehani2015');
  });

  test('--changes lists the 333 that only the study counts', async () => {
    const { exitCode, stdout } = await census(stand, ['replay', run, '--rules', 'mehani2015', '--changes']);
    assert.is(exitCode, 0);
    const moved = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    assert.is(moved.filter(({ before, after }) => before === 'echoed_option' && after === 'capable').length, 333);
    assert.is(moved.length, 333, 'and no other verdict moves');
  });

  test('the study, its erratum and we count 353, 39 and 20 on the same packets, side by side', async () => {
    const { exitCode, stdout, stderr } = await census(stand, ['replay', run, '--rules', 'all']);
    assert.is(exitCode, 0, stdout + stderr);
    const rows = stdout.split('\n').map((line) => line.trim().split(/\s+/));
    const counted = rows.filter(([name]) => name === 'ours' || name?.endsWith('2015'));
    assert.equal(
      counted.map(([name, , v0, addresses]) => [name, v0, addresses]),
      [
        ['ours', '20', '20'],
        ['mehani2015', '353', '353'],
        ['erratum2015', '39', '39'],
      ],
    );
  });

  test('a replay by our rules gives the rows of the run', async () => {
    const { exitCode, stdout } = await census(stand, ['replay', run]);
    assert.is(exitCode, 0, stdout);
    assert.match(stdout, /^merge .*same rows/m);
  });

  for (const [where, folder] of [
    ['the run itself', run],
    ['what holds the run', stand.folder('.')],
    ['its raw files', join(run, 'raw')],
  ]) {
    test(`a replay into ${where} is refused before anything is removed`, async () => {
      const { exitCode, stderr } = await census(stand, ['replay', run, '--into', folder ?? '']);
      assert.is(exitCode, 2);
      assert.match(stderr, 'is no folder for a replay');
      assert.ok((await readdir(join(run, 'raw'))).includes('scan'));
    });
  }

  test('the lab goes', async () => {
    await tearDown(stand.lab);
  });
}

test.run();
