import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Config } from '../../../orchestrator/config/config.ts';
import { scan } from '../../../orchestrator/stages/scan.ts';
import { findTool } from '../../../orchestrator/tools/finder.ts';
import { resolved, target, withViews } from './records.ts';

const test = suite('stages/scan');

const config = Config.parse({
  lab: true,
  lab_ranges: ['198.18.0.0/15'],
  targets: { prefixes: ['198.18.0.0/16'] },
  scan: { addresses_per_name: 2 },
});

/** How many targets are asked, duplicates of a target, and why others are not. */
async function sums(answers: [name: string, addresses: string[]][]) {
  const stage = scan(findTool);
  const records = {
    targets: answers.map(([name]) => target(name, null)),
    resolve: answers.map((one) => resolved(...one)),
  };
  return await withViews(records, stage.reads, async (batches, shareTable) => {
    const counted: Record<string, number> = {};
    for await (const batch of stage.units({ config, seed: 1, batches, shareTable })) {
      for (const { skip, duplicates } of batch) {
        counted[skip ?? 'asked'] = (counted[skip ?? 'asked'] ?? 0) + 1;
        if (duplicates) counted.duplicates = (counted.duplicates ?? 0) + duplicates;
      }
    }
    return counted;
  });
}

const many = Array.from({ length: 9 }, (_, n) => `198.18.4.${n + 1}`);
const cases: [sentence: string, answers: [string, string[]][], counts: Record<string, number>][] = [
  ['two addresses of a name are asked', [['a.example', many.slice(0, 2)]], { asked: 2 }],
  ['of a name with more the others are beyond the cap', [['a.example', many]], { asked: 2, beyond_cap: 7 }],
  [
    'what another name has among its first is asked all the same',
    [
      ['a.example', many],
      ['b.example', many.slice(7)],
    ],
    { asked: 4, beyond_cap: 5, duplicates: 2 },
  ],
  [
    'an opt-out or another range is told first',
    [['a.example', [...many.slice(0, 2), '9.9.9.9']]],
    { asked: 2, outside_lab: 1 },
  ],
  ['a name without addresses asks nothing', [['a.example', []]], {}],
];
for (const [sentence, answers, counts] of cases) {
  test(sentence, async () => assert.equal(await sums(answers), counts));
}

test.run();
