import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { ZmapRun } from '../../../../../orchestrator/tools/zmap/command.ts';
import { holdOf } from '../../../../../orchestrator/tools/zmap/opinions/turns.ts';

const test = suite('turns of runs');

/** Runs by their groups and families, as `80 4`. */
function runs(...of: string[]): ZmapRun[] {
  return of.map((one, index) => {
    const [group = '', family] = one.split(' ');
    return {
      name: String(index),
      family: family === '6' ? 6 : 4,
      group,
      args: () => [],
      fields: { zmap: [], module: [] },
      probes: 1,
    };
  });
}

const cases: [sentence: string, due: string[], holdMs: number][] = [
  ['one run alone holds nobody up', ['80 4'], 0],
  ['runs of other targets do not wait for each other', ['80 4', '80 6', '443 4'], 0],
  ['runs of the same targets are that far apart', ['80 4', '80 4'], 2000],
  [
    'runs that take turns share it: a group is asked again when all others were',
    ['80 4', '80 6', '80 4', '80 6'],
    1000,
  ],
  ['and so do ports', ['80 4', '80 6', '443 4', '443 6', '80 4', '80 6', '443 4', '443 6'], 500],
  ['runs that follow each other at one port wait whole', ['80 4', '80 4', '80 6', '80 6'], 2000],
];
for (const [sentence, due, holdMs] of cases) test(sentence, () => assert.is(holdOf(runs(...due), 2000), holdMs));

test.run();
