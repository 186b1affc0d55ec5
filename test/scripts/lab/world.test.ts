import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { readWorld } from '../../../scripts/lab/world.ts';

const test = suite('scripts/lab/world');

test('a world that is not there is refused with the names of those that are', async () => {
  const said = await readWorld('papr').catch((error: Error) => error.message);
  assert.match(
    String(said),
    /^there is no world papr: candidates, erratum, first-day, paper, paper-20000, second-day, small, tiny/,
  );
});

test('no name leads out of the folder of worlds', async () => {
  const said = await readWorld('../worlds/tiny').catch((error: Error) => error.message);
  assert.match(String(said), /^there is no world/);
});

test('a world with a base has its keys, where it does not state them itself', async () => {
  const [whole, small] = [await readWorld('paper'), await readWorld('paper-20000')];
  for (const key of ['sites', 'blocks', 'networks', 'domains', 'bulk', 'fingerprints', 'seed'] as const)
    assert.equal(small[key], whole[key], key);
  assert.is(small.name, 'paper-20000');
  assert.ok((small.population?.names ?? 0) < (whole.population?.names ?? 0));
  assert.equal(small.population?.places, whole.population?.places, 'one base rate');
});

test.run();
