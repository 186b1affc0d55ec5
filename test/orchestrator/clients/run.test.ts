// runs: behind
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { sha256Of } from '../../../orchestrator/core/folder/files.ts';
import { readManifest } from '../../../orchestrator/core/folder/manifest.ts';
import { cli, setUp } from '../own-prober.ts';

const test = suite('lists of clients in a run');

function setUpRun(clients: unknown) {
  const run = setUp(null, '198.18.9.1\n');
  const config = JSON.parse(readFileSync(run.config, 'utf8'));
  writeFileSync(run.config, JSON.stringify({ ...config, clients }));
  return run;
}

test('a list that names no client is refused before the first packet', async () => {
  const run = setUpRun('honeymap.json');
  writeFileSync(run.at('honeymap.json'), '[]');
  const { exitCode, stderr } = await cli('run', '-c', run.config, run.folder);
  assert.is(exitCode, 2);
  assert.match(stderr, /^error E_INPUT: clients: .*honeymap\.json names no client: it has no entries/);
  assert.not.ok(existsSync(run.at('asked')));
});

test('digests are in the manifest, bad entries are kept and told, a replay needs the same files', async () => {
  const run = setUpRun(['honeymap.json', 'more.csv']);
  const points = '[{"latitude": 60.17, "longitude": 24.94}, {"latitude": 99, "longitude": 0}]';
  writeFileSync(run.at('honeymap.json'), points);
  writeFileSync(run.at('more.csv'), 'country,count\nSE,3\n');
  const { exitCode, stdout, stderr } = await cli('run', '-c', run.config, run.folder);
  assert.is(exitCode, 0, stdout + stderr);
  assert.is((await readManifest(run.folder))?.inputs[run.at('honeymap.json')]?.sha256, sha256Of(points));
  const kept = readFileSync(join(run.folder, 'rejects/report.ndjson'), 'utf8').trim();
  assert.equal(JSON.parse(kept), {
    stage: 'report',
    part: null,
    program: 'clients',
    reason: 'honeymap.json, line 2: 99, 0 is no position',
    line: '{"latitude":99,"longitude":0}',
  });
  assert.match(stdout, /NOTE {2}report: 1 entries of the lists of clients/);
  assert.match(readFileSync(join(run.folder, 'report/summary.csv'), 'utf8'), /^clients,4$/m);
  const replayed = await cli('replay', run.folder);
  assert.is(replayed.exitCode, 0, replayed.stdout + replayed.stderr);
  assert.match(replayed.stdout, /^report .*same/m);
  writeFileSync(run.at('more.csv'), 'country,count\nSE,4\n');
  const again = await cli('replay', run.folder);
  assert.is(again.exitCode, 2);
  assert.match(again.stderr, /^error E_RUN_FOLDER: .*content/);
});

test.run();
