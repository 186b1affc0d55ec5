// takes: long
// runs: behind
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
    const [, parts, units] = row(stdout, 'scan');
    return [parts, number(units)];
  };
  const [before, after] = [await dry(), await dry('--set', 'scan.ports=[80,443]')];
  assert.equal(before, ['1 of 1', 6]);
  assert.equal(after, ['2 of 2', 12], 'a part holds six units: it is split anew');
});

test.run();
