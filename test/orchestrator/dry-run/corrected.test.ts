// takes: long
import { writeFileSync } from 'node:fs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { cli, setUp } from '../own-prober.ts';
import { number, row } from './forecast.ts';

const test = suite('a dry run of a run that failed before any part of its scan was done');

test('asks with the settings of this start', async () => {
  const place = setUp('198.18.9.77\n', undefined, 6);
  writeFileSync(place.at('count'), '1\n'); // the prober's second call fails
  const failed = await cli('run', '-c', place.config, place.folder);
  assert.is(failed.exitCode, 1, failed.stdout + failed.stderr);
  const dry = async (...more: string[]) => {
    const { exitCode, stdout, stderr } = await cli('run', '--dry-run', '-c', place.config, place.folder, ...more);
    assert.is(exitCode, 0, stderr);
    return row(stdout, 'scan').map(number);
  };
  const [before, after] = [await dry(), await dry('--set', 'scan.ports=[80,443]')];
  assert.is(before[2], 6);
  assert.is(after[2], 12);
});

test.run();
