import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { losses } from '../../orchestrator/census.ts';
import { runToy, toyConfig, toyFolder } from './core/toy.ts';

const test = suite('losses');
const { manifest: toy } = await runToy(toyFolder(), toyConfig);

type Facts = Record<string, number | string>;

/** What the program said of each part of the toy's first stage, of its second, and the lines that this makes. */
const cases: [sentence: string, first: Facts[], second: Facts[], lines: RegExp[]][] = [
  ['nothing said is no loss', [], [], []],
  ['zero is no loss', [{ receive_drops: 0, send_failures: 0 }], [{ capture_dropped: 0 }], []],
  ['one drop is a line', [{ receive_drops: 1 }], [], [/^first receive_drops: 1;/]],
  ['a packet that could not be sent is a line', [{ send_failures: 1 }], [], [/^first send_failures: 1;/]],
  [
    'parts are added up, a part without loss among them',
    [{ receive_drops: 3, send_failures: 1 }, { receive_drops: 0 }, { receive_drops: 40, send_failures: 6 }],
    [],
    [/^first receive_drops: 43;/, /^first send_failures: 7;/],
  ],
  [
    'each stage and each kind has a line of its own',
    [{ receive_drops: 2 }],
    [{ capture_dropped: 5, send_failures: 4 }],
    [/^first receive_drops: 2;/, /^second capture_dropped: 5;/, /^second send_failures: 4;/],
  ],
  [
    'other facts are no loss, and a word is no number',
    [{ targets_sent: 9, packets_received: 8, units_blocked: 7, capture_received: 6, drop_policy: 'kept' }],
    [],
    [],
  ],
];

for (const [sentence, first, second, lines] of cases) {
  test(sentence, () => {
    const manifest = structuredClone(toy);
    for (const [stage, parts] of Object.entries({ first, second })) {
      for (const [index, part] of Object.values(manifest.stages[stage]?.parts ?? {}).entries())
        part.facts = parts[index] ?? {};
    }
    const found = losses(manifest);
    assert.is(found.length, lines.length, found.join('\n'));
    for (const line of lines)
      assert.ok(
        found.some((text) => line.test(text)),
        `${line} in ${found.join('\n')}`,
      );
  });
}

test.run();
