// takes: long
// runs: behind
import { copyFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { sha256Of } from '../../../../orchestrator/core/folder/files.ts';
import { readManifest } from '../../../../orchestrator/core/folder/manifest.ts';
import { cli, setUp } from '../../own-prober.ts';

const test = suite('a file of organisations in a run');
const damaged = 'test/fixtures/organisations/damaged.txt';

/** A run of one part whose configuration names a file of organisations beside it. */
function setUpRun() {
  const run = setUp(null, '198.18.9.1\n');
  const config = JSON.parse(readFileSync(run.config, 'utf8'));
  writeFileSync(run.config, JSON.stringify({ ...config, asn: { organisations: 'organisations' } }));
  return run;
}

test('a file that names no AS is refused before the first packet', async () => {
  const run = setUpRun();
  writeFileSync(run.at('organisations'), 'nothing of the kind\n');
  const { exitCode, stderr } = await cli('run', '-c', run.config, run.folder);
  assert.is(exitCode, 2);
  assert.match(stderr, /^error E_INPUT: asn\.organisations: .*it names no AS; line 1: schema/);
  assert.not.ok(existsSync(run.at('asked')));
});

test('its digest is in the manifest, its bad lines are kept and told; with another content the report alone is made again', async () => {
  const run = setUpRun();
  copyFileSync(damaged, run.at('organisations'));
  const { exitCode, stdout, stderr } = await cli('run', '-c', run.config, run.folder);
  assert.is(exitCode, 0, stdout + stderr);
  const manifest = await readManifest(run.folder);
  assert.is(manifest?.inputs[run.at('organisations')]?.sha256, sha256Of(readFileSync(damaged)));
  const kept = readFileSync(join(run.folder, 'rejects/report.ndjson'), 'utf8').trim().split('\n');
  assert.is(kept.length, 6);
  assert.equal(JSON.parse(kept[2] ?? ''), {
    stage: 'report',
    part: null,
    program: 'asn.organisations',
    reason: 'line 8: schema',
    line: 'sixty|20240101|NO-NUMBER|EXA-1-ARIN||ARIN',
  });
  assert.match(stdout, /NOTE {2}report: 6 lines of the file of organisations/);
  const replayed = await cli('replay', run.folder);
  assert.is(replayed.exitCode, 0, replayed.stdout + replayed.stderr);
  writeFileSync(run.at('organisations'), '64500,Example\n');
  const refused = await cli('replay', run.folder);
  assert.is(refused.exitCode, 2);
  assert.match(refused.stderr, /^error E_RUN_FOLDER: .*content/);
  const again = await cli('run', '-c', run.config, run.folder);
  assert.is(again.exitCode, 0, again.stderr);
  assert.equal(again.stdout.match(/^\S+ +starts: 1 .*$/gm), ['report     starts: 1 of 1 parts to do']);
  assert.not.match(again.stdout, 'lines of the file of organisations');
  const corrected = await readManifest(run.folder);
  const after = sha256Of('64500,Example\n');
  assert.equal(corrected?.starts.at(-1)?.corrected, {
    [run.at('organisations')]: { before: sha256Of(readFileSync(damaged)), after },
  });
  assert.is(corrected?.result_sha256, manifest?.result_sha256);
  assert.is((await cli('replay', run.folder)).exitCode, 0);
  assert.match((await cli('run', '-c', run.config, run.folder)).stdout, /^report +already done$/m);
  // another file, and none
  writeFileSync(run.at('other'), '64501,Other\n');
  for (const file of ['other', null]) {
    const config = JSON.parse(readFileSync(run.config, 'utf8'));
    writeFileSync(run.config, JSON.stringify({ ...config, asn: { organisations: file } }));
    const changed = await cli('run', '-c', run.config, run.folder);
    assert.is(changed.exitCode, 0, changed.stderr);
    assert.match(changed.stdout, /^report +starts/m);
  }
});

test.run();
