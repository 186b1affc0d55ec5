// takes: long
// runs: behind
import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { cli } from '../own-prober.ts';
import { sectionsOf, setUp } from '../switched.ts';
import { row } from './forecast.ts';

const test = suite('a dry run of a run whose stages were switched off');

test('says that one which is switched on again asks nobody; entries that are not there are not written', async () => {
  const world = setUp();
  const os = sectionsOf(world, 'os');
  assert.is((await world.run(os)).exitCode, 0);
  assert.is((await world.run()).exitCode, 0);
  // As an earlier version left it: the manifest alone has the entry.
  const [scan, entry] = [world.at('run/scan'), '00000.json'];
  rmSync(join(scan, entry));
  const dry = async (sections: object) => {
    const set = Object.entries(sections).map(([name, value]) => `${name}=${JSON.stringify(value)}`);
    const flags = set.flatMap((one) => ['--set', one]);
    return await cli('run', '--dry-run', '-c', world.at('census.yaml'), world.at('run'), ...flags);
  };
  const { exitCode, stdout, stderr } = await dry(os);
  assert.is(exitCode, 0, stderr);
  assert.is(row(stdout, 'os').at(-1), 'done', stdout);
  assert.not(readdirSync(scan).includes(entry));
});

test.run();
