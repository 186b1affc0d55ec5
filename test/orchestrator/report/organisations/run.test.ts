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

test('its digest is in the manifest, its bad lines are kept and told, and another content is refused', async () => {
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
  for (const again of [await cli('replay', run.folder), await cli('run', '-c', run.config, run.folder)]) {
    assert.is(again.exitCode, 2);
    assert.match(again.stderr, /^error E_RUN_FOLDER: .*content/);
  }
});

test.run();
