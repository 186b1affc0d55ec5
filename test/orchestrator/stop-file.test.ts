// takes: long
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { askedIn, cli, setUp } from './own-prober.ts';

const test = suite('a file named stop in the run folder');

const place = setUp('198.18.9.77\n');
const prober = `n=$(cat ${place.at('count')} 2>/dev/null || echo 0); n=$((n+1)); echo $n >${place.at('count')}; if [ $n = 2 ]; then touch ${place.folder}/stop; exec sleep 60; fi; cat >>${place.at('asked')}`;
const config = JSON.parse(readFileSync(place.config, 'utf8'));
config.scan.tool = { command: ['bash', '-c', prober] };
writeFileSync(place.config, JSON.stringify(config));
const stopped = await cli('run', '-c', place.config, place.folder);

test('ends its programs, and what is whole stays', () => {
  assert.is(stopped.exitCode, 1, stopped.stdout);
  assert.match(stopped.stderr, /^error E_STOPPED: /);
  assert.ok(existsSync(join(place.folder, 'scan/00000.parquet')));
  assert.not.ok(existsSync(join(place.folder, 'scan/00001.parquet')));
});

test('lets nobody start before it is removed, and says so', async () => {
  const { exitCode, stderr } = await cli('run', '-c', place.config, place.folder);
  assert.is(exitCode, 2);
  assert.match(stderr, /^error E_STOPPED: .*stop is there/);
  assert.match(stderr, 'remove the file to resume the run');
  assert.is(readFileSync(place.at('count'), 'utf8').trim(), '2');
});

test('once it is removed the run resumes where it was', async () => {
  rmSync(join(place.folder, 'stop'));
  const { exitCode, stdout, stderr } = await cli('run', '-c', place.config, place.folder);
  assert.is(exitCode, 0, stdout + stderr);
  assert.equal(askedIn(place).length, 6);
});

test.run();
