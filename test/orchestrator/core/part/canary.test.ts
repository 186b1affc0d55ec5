import { readFileSync } from 'node:fs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Config } from '../../../../orchestrator/config/config.ts';
import { newStageEntry, noCounts, type PartEntry } from '../../../../orchestrator/core/folder/entries.ts';
import { RunFolder } from '../../../../orchestrator/core/folder/folder.ts';
import { type Rest, requireSound } from '../../../../orchestrator/core/part/canary.ts';
import { cutParts, weightOf } from '../../../../orchestrator/core/part/cut.ts';
import type { UnitRow } from '../../../../orchestrator/core/stage.ts';
import { scan } from '../../../../orchestrator/stages/scan.ts';
import { findTool } from '../../../../orchestrator/tools/finder.ts';
import { toyFolder } from '../toy.ts';

const test = suite('the part of a scan that is asked first and alone');

const stage = scan(findTool);
const none = { raw_sha256: {}, packed_sha256: {}, unknown_fields: {}, commands: [], facts: {} };
const hashes = { input_sha256: '', output_sha256: '', records_sha256: '', rejects_sha256: '' };
const newPart = { ...none, ...hashes, started_at: '', ended_at: '' };

/** Rows of targets cut into parts: the rows of each, and which part is the canary. */
async function cut(targets: string[], { canary, most = 1_000_000 }: { canary: unknown; most?: number }) {
  const lab = { lab: true, lab_ranges: ['198.18.0.0/15', '240.0.0.0/4'], targets: { list: 'x' } };
  const config = Config.parse({ ...lab, scan: { versions: [1], canary }, parts: { scan: most } });
  const folder = new RunFolder(toyFolder());
  async function* units(): AsyncGenerator<UnitRow[]> {
    for (let from = 0; from < targets.length; from += 1000)
      yield targets.slice(from, from + 1000).map((target) => ({ row: { target }, skip: null }));
  }
  const made = await cutParts(folder, stage, config, units());
  const rowsOf = (part: string): unknown[] =>
    readFileSync(folder.input('scan', part), 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
  const rows = Object.fromEntries(made.parts.map((part) => [part, rowsOf(part)]));
  const weigh = (some: unknown[]) => some.reduce<number>((sum, row) => sum + weightOf(stage, row, config), 0);
  const alone = made.canary === null ? [] : (rows[made.canary] ?? []);
  return { made, rows, alone, weigh, all: Object.values(rows).flat() };
}

const addresses = (count: number) => Array.from({ length: count }, (_, n) => `198.18.${n >> 8}.${n & 255}`);

test('is a hundredth of a list, all over it, and every row is in one part', async () => {
  const targets = addresses(60_000);
  const { made, alone, all } = await cut(targets, { canary: { share: 0.01 } });
  assert.ok(alone.length > 500 && alone.length < 700, `${alone.length}`);
  assert.equal(
    all.map((row) => JSON.stringify(row)).sort(),
    targets.map((target) => JSON.stringify({ target })).sort(),
  );
  const places = alone.map((row) => targets.indexOf(JSON.parse(JSON.stringify(row)).target) / targets.length);
  for (let tenth = 0; tenth < 10; tenth += 1)
    assert.ok(places.filter((place) => Math.floor(10 * place) === tenth).length > 20, `the ${tenth}th tenth`);
  assert.is(made.units_in, targets.length);
  assert.equal(Object.keys(made.inputs).sort(), made.parts);
});

test('is the same each time', async () => {
  const [one, other] = [await cut(addresses(20_000), { canary: {} }), await cut(addresses(20_000), { canary: {} })];
  assert.equal(one.made, other.made);
});

test('holds no more than a part may', async () => {
  const { alone, made, rows } = await cut(addresses(20_000), { canary: { share: 0.5 }, most: 1500 });
  assert.is(alone.length, 1500);
  for (const part of made.parts) assert.ok((rows[part]?.length ?? 0) <= 1500, part);
});

for (const [sentence, targets, canary] of [
  ['a list of which a hundredth shows nothing', addresses(5000), {}],
  ['one that the configuration wants no canary of', addresses(60_000), false],
  ['the lab, unless it is asked for', addresses(60_000), null],
] as const) {
  test(`there is none for ${sentence}, and nothing is lost`, async () => {
    const { made, all } = await cut([...targets], { canary });
    assert.is(made.canary, null);
    assert.is(made.parts.length, 1);
    assert.is(all.length, targets.length);
  });
}

test('of a large prefix is spread over it, and the pieces are the whole of it', async () => {
  const { alone, all, weigh, made } = await cut(['240.0.0.0/8'], { canary: {} });
  assert.is(weigh(all), 2 ** 24);
  assert.is(made.units_in, 2 ** 24);
  assert.is(alone.length, 1);
  assert.ok(weigh(alone) <= 2 ** 24 / 100 && weigh(alone) > 2 ** 24 / 110, `${weigh(alone)}`);
  assert.match(
    JSON.stringify(alone[0]),
    /^\{"target":"240\.0\.0\.0\/8","shard":\{"index":\d+,"of":\d+,"length":24\}\}$/,
  );
});

test('of many small prefixes is some of them', async () => {
  const prefixes = Array.from({ length: 20_000 }, (_, n) => `240.${n >> 8}.${n & 255}.0/24`);
  const { alone, all, weigh } = await cut(prefixes, { canary: {} });
  assert.is(all.length, prefixes.length);
  assert.ok(alone.length > 140 && alone.length < 260, `${alone.length}`);
  assert.is(weigh(all), 256 * prefixes.length);
});

test('of the rest is asked how much is left of it, without what was skipped and what is over', async () => {
  const counts = (answered: number) => ({
    ...noCounts(),
    units_in: 100,
    answered,
    failed: { timeout: 100 - answered },
  });
  const of = (answered: number) => ({ ...newPart, counts: counts(answered) });
  const left: number[] = [];
  const canary = {
    share: () => 1,
    hint: '',
    objection: () => null,
    requireRest: async ({ counts: { answered } }: PartEntry, { units }: Rest<Config>) =>
      void left.push(answered, units),
  };
  const config = Config.parse({ targets: { list: 'x' } });
  const start = {
    ...(await cut([], { canary: false })).made,
    canary: '00002',
    units_in: 1000,
    skipped: { blocked: 7 },
  };
  const entry = {
    ...newStageEntry({ status: 'running', unit: '', tool: '', reads: {}, started_at: null }),
    parts: { '00002': of(30), '00001': of(5) },
  };
  await requireSound({ ...stage, canary }, start, entry, { config, folder: '/nowhere' });
  assert.equal(left, [30, 793]);
});

test.run();
