import { readdirSync, readFileSync } from 'node:fs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { noCounts } from '../../../orchestrator/core/folder/entries.ts';
import { invalidRows } from '../../../orchestrator/core/rejects.ts';
import { losses, lossFacts, lossWords, notices, versionsOf } from '../../../orchestrator/machine/notices.ts';
import { runToy, toyConfig, toyFolder } from '../core/toy.ts';

const test = suite('losses and notices');
const { manifest: toy } = await runToy(toyFolder(), toyConfig);

type Facts = Record<string, number | string>;

/** What the program said of each part of the toy's first stage, of its second, and the lines that this makes. */
const cases: [sentence: string, first: Facts[], second: Facts[], lines: RegExp[]][] = [
  ['nothing said is no loss', [], [], []],
  ['zero is no loss', [{ receive_drops: 0, send_failures: 0 }], [{ capture_dropped: 0 }], []],
  ['one drop is a line', [{ receive_drops: 1 }], [], [/^first receive_drops = 1:/]],
  ['a packet that could not be sent is a line', [{ send_failures: 1 }], [], [/^first send_failures = 1:/]],
  [
    'parts are added up, a part without loss among them',
    [{ receive_drops: 3, send_failures: 1 }, { receive_drops: 0 }, { receive_drops: 40, send_failures: 6 }],
    [],
    [/^first receive_drops = 43:/, /^first send_failures = 7:/],
  ],
  ['rows that are no records are a line', [{ invalid_rows: 2 }], [], [/^first invalid_rows = 2:/]],
  [
    'each stage and each kind has a line of its own',
    [{ receive_drops: 2 }],
    [{ capture_dropped: 5, send_failures: 4 }],
    [/^first receive_drops = 2:/, /^second capture_dropped = 5:/, /^second send_failures = 4:/],
  ],
  [
    'other facts are no loss, and a word is no number',
    [{ targets_sent: 9, packets_received: 8, units_blocked: 7, capture_received: 6, drop_policy: 'kept' }],
    [],
    [],
  ],
];

/** The toy's manifest with these facts in the parts of its stages. */
function manifestOf(first: Facts[], second: Facts[]) {
  const manifest = structuredClone(toy);
  for (const [stage, parts] of Object.entries({ first, second })) {
    for (const [index, part] of Object.values(manifest.stages[stage]?.parts ?? {}).entries())
      part.facts = parts[index] ?? {};
  }
  return manifest;
}

for (const [sentence, first, second, lines] of cases) {
  test(sentence, () => {
    const found = losses(manifestOf(first, second)).map(({ stage, text }) => `${stage} ${text}`);
    assert.is(found.length, lines.length, found.join('\n'));
    for (const line of lines)
      assert.ok(
        found.some((text) => line.test(text)),
        `${line} in ${found.join('\n')}`,
      );
  });
}

for (const name of lossFacts) {
  test(`${name} is told as a loss`, () => {
    const [notice, ...more] = losses(manifestOf([], [{ [name]: 3 }]));
    assert.is(notice?.text, `${name} = 3: ${lossWords[name]}`);
    assert.equal([notice?.stage, notice?.lost, more], ['second', true, []]);
  });
}

/** Lines that a stage rejected, units among them, and the lines that no unit answers for. */
const rejected: [sentence: string, lines: number, units: Record<string, number>, stray: number][] = [
  ['no line was rejected', 0, {}, 0],
  ['each rejected line is a unit, as in a target list', 5, { url: 4, blank: 1 }, 0],
  ['no rejected line belongs to a unit', 5, {}, 5],
  ['some belong to a unit', 5, { no_ipv6_probe: 2 }, 3],
  ['a unit was rejected without a line', 0, { url: 1 }, 0],
];
for (const [sentence, rejected_lines, units, stray] of rejected) {
  test(`rejected lines: ${sentence}`, () => {
    const manifest = manifestOf([], []);
    const entry = manifest.stages.second;
    if (entry === undefined) throw new Error('the toy has no second stage');
    entry.counts = { ...noCounts(), rejected_lines, rejected: units };
    const expected = stray === 0 ? [] : [['second', `${stray} of the program's lines became no record`, false]];
    assert.equal(
      notices(manifest).map(({ stage, text, lost }) => [stage, text.split(';')[0], lost]),
      expected,
    );
  });
}

/** Addresses that a lookup knew, and of which it knew nothing. */
const lookedUp: [sentence: string, stage: string, answered: number, no_data: number, told: boolean][] = [
  ['a source that knows none of ten addresses is told of', 'geo', 0, 10, true],
  ['one that knows one of them is not', 'geo', 1, 99, false],
  ['a few say nothing', 'asn', 0, 9, false],
  ['names without an address are the names own', 'resolve', 0, 99, false],
];
for (const [sentence, stage, answered, no_data, told] of lookedUp) {
  test(sentence, () => {
    const manifest = manifestOf([], []);
    const { second } = manifest.stages;
    if (second === undefined) throw new Error('the toy has no second stage');
    manifest.stages[stage] = {
      ...second,
      counts: { ...noCounts(), units_in: answered + no_data, answered, failed: { no_data } },
    };
    const found = notices(manifest).filter((notice) => notice.stage === stage);
    assert.is(found.length, told ? 1 : 0);
    if (told) assert.match(`${found[0]?.text} ${found[0]?.lost}`, /none of 10 addresses was found.* true$/);
  });
}

test('a fact that a tool counts and that sounds like a loss is in the table', () => {
  const files = readdirSync('orchestrator/tools', { recursive: true, encoding: 'utf8' }).filter((file) =>
    /(?<!raw)\.ts$/.test(file),
  );
  const names = files.flatMap((file) => {
    const text = readFileSync(`orchestrator/tools/${file}`, 'utf8');
    return [
      ...text.matchAll(/\b([a-z]+(?:_[a-z]+)*_(?:drops|dropped|failures|unsent|lost|interrupted|cut))\b(?:'|:)/g),
    ].map(([, name]) => name);
  });
  // what core counts of every tool
  assert.equal([...new Set(names), invalidRows].sort(), [...lossFacts].sort());
});

/** SYN/ACKs, those that came again, RSTs that the kernel sent (null: not counted); and whether it must be told. */
const resets: [sentence: string, synacks: number, repeated: number, out: number | null, told: boolean][] = [
  ['every SYN/ACK was reset', 64, 0, 64, false],
  ['other programs of the machine sent RSTs too', 64, 0, 900, false],
  ['a few were not reset', 64, 0, 33, false],
  ['half were reset', 64, 0, 32, false],
  ['less than half were', 64, 0, 31, true],
  ['none was, and servers did not repeat yet', 64, 0, 0, true],
  ['none was, but they are too few to tell', 63, 0, 0, false],
  ['none was, and they are enough with their repeats', 60, 4, 0, true],
  ['RSTs were sent and dropped on the way out: servers repeat', 64, 64, 128, true],
  ['a quarter came again, as loss makes it', 64, 16, 80, false],
  ['more than a quarter came again', 64, 17, 81, true],
  ['few hosts, one of which repeats itself', 3, 3, 6, false],
  ['some hosts that all repeat themselves', 16, 40, 56, true],
  ['RSTs were not counted, and servers do not repeat', 4096, 10, null, false],
  ['RSTs were not counted, and servers repeat', 4096, 4096, null, true],
  ['nothing answered', 0, 0, 0, false],
];
for (const [sentence, synacks, synacks_repeated, out, told] of resets) {
  test(`RSTs ${told ? 'that do not leave are told' : 'are no matter'}: ${sentence}`, () => {
    // in two parts: the first half of each number, and the rest
    const half = (number: number) => Math.floor(number / 2);
    const parts = [0, 1].map((part) => {
      const share = (number: number) => (part === 0 ? half(number) : number - half(number));
      const facts: Facts = { synacks: share(synacks), synacks_repeated: share(synacks_repeated) };
      return out === null ? facts : { ...facts, out_rsts: share(out) };
    });
    const found = notices(manifestOf(parts, [])).map(({ stage, text }) => `${stage}: ${text}`);
    assert.is(found.length, told ? 1 : 0, found.join());
    if (!told) return;
    const measured = `first: ${synacks} SYN/ACKs were received, and ${synacks_repeated} retransmissions of them${out === null ? '.' : `, and this machine sent ${out} RSTs.`}`;
    for (const words of [
      measured,
      'half-open connections',
      'Verdicts are not affected',
      "Let RSTs from the scan's source ports out",
    ])
      assert.ok(found[0]?.includes(words), `${words} in ${found[0]}`);
  });
}

test('a stage without SYN/ACKs has no notice, whatever the kernel sent', () => {
  assert.equal(notices(manifestOf([{ out_rsts: 0, receive_drops: 5 }], [])), []);
});

test('that the clock was set is told, each time, with how far and to what', () => {
  const clock_steps = [
    { at: '2026-11-22T09:00:00.000Z', seconds: -3600.5 },
    { at: '2026-11-22T10:00:00.000Z', seconds: 7 },
  ];
  const start = { at: '', census: {}, vantage: {}, changed: {}, corrected: {}, blocklist: null, rereads: [] };
  const manifest = {
    ...toy,
    starts: [
      { ...start, clock_steps: [] },
      { ...start, clock_steps },
    ],
  };
  assert.equal(
    notices(manifest).map(({ stage, text }) => `${stage}: ${text}`),
    [
      'run: the clock of this machine was set back by 3600.5 s, to 2026-11-22T09:00:00.000Z: times before and after that do not compare',
      'run: the clock of this machine was set forward by 7 s, to 2026-11-22T10:00:00.000Z: times before and after that do not compare',
    ],
  );
});

test('a program that was updated between two starts is told with all its versions, where parts were measured with more than one', () => {
  const manifest = manifestOf([], []);
  const [one, two] = Object.values(manifest.stages.first?.parts ?? {});
  const versions = () => notices(manifest).map(({ stage, text }) => `${stage}: ${text.split(':')[0]}`);
  assert.equal(versions(), []);
  for (const command of one?.commands ?? []) command.version = '5.1';
  for (const command of two?.commands ?? []) command.version = '5.2.15';
  for (const part of Object.values(manifest.stages.first?.parts ?? {}).slice(2))
    for (const command of part.commands) command.version = null;
  assert.equal(versions(), ['first: some parts were measured with bash 5.1, others with 5.2.15']);
  assert.equal([...versionsOf(Object.values(manifest.stages))], [['bash', ['5.1', '5.2.15']]]);
});

test.run();
