import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Config } from '../../../orchestrator/config/config.ts';
import type { Manifest } from '../../../orchestrator/core/folder/manifest.ts';
import { sentAgain, synsSentAtMost } from '../../../orchestrator/machine/sent-again.ts';
import { runToy, toyConfig, toyFolder } from '../core/toy.ts';

const test = suite('what was sent again');
const { manifest: toy } = await runToy(toyFolder(), toyConfig);
const config = Config.parse({
  targets: { prefixes: ['8.8.8.0/24'] },
  contact: 'a@example.edu',
  handshake: { join: true },
});

/** A run of which parts of stages were begun again so often. */
function run(again: Record<string, (number | undefined)[]>): Manifest {
  const [entry] = Object.values(toy.stages);
  const [part] = Object.values(entry?.parts ?? {});
  if (entry === undefined || part === undefined) throw new Error('the toy has a part');
  const stages = Object.entries(again).map(([stage, times]) => {
    const parts = times.map((begun_again, index) => [
      String(index).padStart(5, '0'),
      { ...part, facts: begun_again === undefined ? {} : { begun_again } },
    ]);
    return [stage, { ...entry, parts: Object.fromEntries(parts) }];
  });
  return { ...toy, stages: Object.fromEntries(stages) };
}

test('a run without interruptions sent what it said', () => {
  const manifest = run({ scan: [undefined, undefined], handshake: [undefined] });
  assert.equal(sentAgain(manifest, config), []);
  assert.is(synsSentAtMost(manifest, config), 37);
});

test('an address may have had as often what a stage sends as its part was begun, and its join once', () => {
  const manifest = run({ scan: [undefined, 1, 2], handshake: [1], resolve: [4] });
  assert.is(synsSentAtMost(manifest, config), 3 * 4 + 6 + 2 * 21 + 1 + 5);
  assert.equal(
    sentAgain(manifest, config).map(({ stage, text, lost }) => `${stage} ${lost} ${text}`),
    [
      'scan false 2 parts were interrupted and sent again: one address may have got up to 12 SYNs of this stage instead of 4, and 66 over the run instead of 37',
      'handshake false 1 part was interrupted and sent again: one address may have got up to 42 SYNs of this stage instead of 21, and 66 over the run instead of 37',
    ],
  );
});

test.run();
