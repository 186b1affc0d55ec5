import { writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { budgetLine, requireBudget, synsPerAddress } from '../../../orchestrator/config/budget.ts';
import { Config } from '../../../orchestrator/config/config.ts';
import { storedConfig } from '../../../orchestrator/config/stored.ts';
import { pipeline } from '../../../orchestrator/pipeline.ts';
import type { TargetsRecord } from '../../../orchestrator/schemas/records/targets.ts';
import { rescan } from '../../../orchestrator/stages/rescan.ts';
import { scan } from '../../../orchestrator/stages/scan.ts';
import { findTool } from '../../../orchestrator/tools/finder.ts';
import { resolved, target, withViews } from './records.ts';

const test = suite('stages/rescan');

const blocklist = join(tmpdir(), `rescan-${process.pid}.conf`);
writeFileSync(blocklist, '198.18.64.0/19\n');

const configOf = (again: unknown, more: object = {}) =>
  Config.parse({
    lab: true,
    lab_ranges: ['198.18.0.0/15', '2001:db8::/32'],
    targets: { prefixes: ['198.18.0.0/16'] },
    rescan: again,
    ...more,
  });

const prefix = (text: string): TargetsRecord => ({
  ...{ list: 1, line: 1, kind: 'prefix', target: text, name: null, rank: null, www: false },
});

interface Given {
  targets: TargetsRecord[];
  resolve?: ReturnType<typeof resolved>[];
}

/** Targets of a stage by whether they are asked. */
async function unitsOf(stage: typeof scan, { targets, resolve = [] }: Given, config: Config, seed = 1) {
  const { units, reads } = stage(findTool);
  return await withViews({ targets, resolve, scan: [] }, reads, async (batches, shareTable) => {
    const found: { target: string; skip: string | null }[] = [];
    for await (const batch of units({ config, seed, batches, shareTable })) {
      for (const { row, skip } of batch) found.push({ target: String(Object(row).target), skip });
    }
    return found;
  });
}

const askedOf = (units: { target: string; skip: string | null }[]) =>
  units.filter(({ skip }) => skip === null).map(({ target: one }) => one);

test('a share of a prefix is asked address by address, none of it that opted out', async () => {
  const units = await unitsOf(rescan, { targets: [prefix('198.18.0.0/16')] }, configOf(0.05, { scan: { blocklist } }));
  const asked = askedOf(units);
  assert.ok(Math.abs(asked.length - 0.05 * 57_344) < 4 * Math.sqrt(0.05 * 57_344), String(asked.length));
  assert.is(new Set(asked).size, asked.length);
  assert.not.ok(asked.some((one) => /^198\.18\.(6[4-9]|[78]\d|9[0-5])\./.test(one)));
  const skipped = units.filter(({ skip }) => skip !== null);
  assert.ok(skipped.length > 300 && skipped.every(({ skip }) => skip === 'blocked'));
});

test('names, addresses and prefixes are drawn at one rate, each address once and only where it was scanned', async () => {
  const many = Array.from({ length: 5000 }, (_, n) => `198.19.${Math.floor(n / 250)}.${1 + (n % 250)}`);
  const given = {
    targets: [...many.map((_, n) => target(`n${n}.example`, n + 1)), prefix('198.18.0.0/20'), prefix('198.18.1.0/24')],
    resolve: [
      ...many.map((address, n) => resolved(`n${n}.example`, [address, '198.18.2.2'])),
      resolved('wide.example', ['2001:db8::1', '198.18.200.1', '198.18.200.2']),
    ],
  };
  const config = configOf(0.2, { scan: { addresses_per_name: 2 } });
  const drawn = askedOf(await unitsOf(rescan, given, config));
  assert.is(new Set(drawn).size, drawn.length);
  const listed = drawn.filter((one) => one.startsWith('198.19.')).length;
  assert.ok(Math.abs(listed - 1000) < 4 * Math.sqrt(800), String(listed));
  const inPrefix = drawn.filter((one) => one.startsWith('198.18.')).length;
  assert.ok(Math.abs(inPrefix - 0.2 * 4096) < 4 * Math.sqrt(0.16 * 4096), String(inPrefix));
  // Beyond the cap of a name, it was not scanned.
  const all = askedOf(await unitsOf(rescan, given, configOf(1, { scan: { addresses_per_name: 2 } })));
  assert.ok(all.includes('198.18.200.1') && !all.includes('198.18.200.2'));
  assert.is(all.length, 5000 + 4096 + 2);
});

test('the same seed draws the same, another one others', async () => {
  const given = { targets: [prefix('198.18.0.0/18')] };
  const of = async (seed: number) => askedOf(await unitsOf(rescan, given, configOf(0.01), seed));
  assert.equal(await of(4), await of(4));
  assert.not.equal(await of(4), await of(5));
});

const choices: [given: unknown, stored: unknown][] = [
  [false, false],
  [true, { share: 0.01 }],
  [0.02, { share: 0.02 }],
  [{ share: 0.5 }, { share: 0.5 }],
  [{}, { share: 0.01 }],
];
for (const [given, stored] of choices) {
  test(`rescan: ${JSON.stringify(given)}`, () => {
    const config = configOf(given);
    assert.equal(config.rescan, stored);
    assert.is(rescan(findTool).enabled(config), stored !== false);
    assert.equal(storedConfig(JSON.parse(JSON.stringify(config))).rescan, stored);
  });
}

for (const wrong of [0, -0.1, 1.01, 'some', { share: 0 }, { of: 0.1 }]) {
  test(`rescan: ${JSON.stringify(wrong)} is refused`, () => assert.throws(() => configOf(wrong)));
}

test('it is off by default; switched on it counts as the scan does, and the budget must hold it', () => {
  const open = { contact: 'scan@example.org', targets: { list: 'x' } };
  const counted = (config: Config) => synsPerAddress(config).find(({ stage }) => stage === 'rescan')?.syns ?? 0;
  assert.is(counted(Config.parse(open)), 0);
  assert.is(counted(Config.parse({ ...open, rescan: 0.01 })), 4);
  const more = { ports: [80, 443], versions: [1], retries: 2 };
  assert.is(counted(Config.parse({ ...open, scan: more, rescan: 0.01 })), 6);
  assert.throws(() => requireBudget(Config.parse({ ...open, rescan: 0.01 })), /40 SYNs .*rescan 4/);
  requireBudget(Config.parse({ ...open, rescan: 0.01, budget: 40 }));
  assert.match(budgetLine(Config.parse({ ...open, rescan: 0.01, budget: 40 })), /rescan 4; budget 40/);
});

test('it waits for all that send before it, and reads nothing that is measured later', () => {
  const stages = pipeline(findTool);
  const own = stages.find(({ name }) => name === 'rescan');
  if (own?.kind !== 'parts') throw new Error('there is no rescan');
  const before = stages.slice(0, stages.indexOf(own)).map(({ name }) => name);
  assert.equal([...own.reads, ...(own.after ?? [])].sort(), [...before].sort());
  assert.equal(own.reads, ['targets', 'resolve', 'scan']);
  assert.is(own.role, scan(findTool).role);
});

test.run();
