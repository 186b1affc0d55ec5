// takes: long
// runs: behind
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { filesBelow } from '../../../orchestrator/core/folder/files.ts';
import { purgeLines } from '../../../orchestrator/purge/command.ts';
import { isDamage } from '../../../orchestrator/verify/finding.ts';
import { cli } from '../own-prober.ts';
import { addresses, sectionsOf, setUp } from '../switched.ts';
import { verify } from '../verify/whole-run.ts';

const test = suite('a purge of a run whose stages were switched off');

const party = addresses[1] ?? '';

test('the records that such a stage keeps lose the party too; switched on again, it asks nobody and nothing is damaged', async () => {
  const world = setUp();
  const on = sectionsOf(world, 'os');
  await world.run(on);
  const off = await world.run();
  assert.is(off.exitCode, 0, off.stderr);
  const folder = world.at('run');
  // Ended when half is done, and started again.
  const ended = await purgeLines(party, [folder], AbortSignal.abort())
    .next()
    .then(() => 'done', String);
  assert.not.equal(ended, 'done');
  const purge = await cli('purge', party, folder);
  assert.is(purge.exitCode, 0, purge.stdout + purge.stderr);
  for (const file of await filesBelow(folder)) {
    assert.not.match(readFileSync(join(folder, file)).toString('latin1'), party, file);
  }
  assert.equal((await verify(folder)).filter(isDamage), []);
  const again = await world.run(on);
  assert.is(again.exitCode, 0, again.stderr);
  assert.equal(world.asked('os'), addresses, 'asked once');
  const { stdout } = await cli('cat', folder, 'os');
  const kept = stdout.trim().split('\n');
  assert.equal(
    kept.map((line) => JSON.parse(line).address),
    addresses.filter((address) => address !== party),
  );
  assert.equal((await verify(folder)).filter(isDamage), []);
  const replay = await cli('replay', folder);
  assert.is(replay.exitCode, 0, replay.stdout + replay.stderr);
});

test.run();
