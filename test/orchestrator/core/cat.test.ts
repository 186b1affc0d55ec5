// takes: long
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { recordLines } from '../../../orchestrator/core/cat.ts';
import { newStageEntry, noCounts, type PartEntry, type StageEntry } from '../../../orchestrator/core/folder/entries.ts';
import { sha256Of } from '../../../orchestrator/core/folder/files.ts';
import type { Manifest } from '../../../orchestrator/core/folder/manifest.ts';
import { NarrowRows } from '../../../orchestrator/core/rows/narrow-row.ts';
import { writeRecords } from '../../../orchestrator/core/rows/records-file.ts';
import { CensusError } from '../../../orchestrator/errors.ts';
import { DomainsRecord } from '../../../orchestrator/schemas/records/domains.ts';
import { PathRecord } from '../../../orchestrator/schemas/records/path.ts';
import { emptyManifest, runToy, toyConfig, toyFolder } from './toy.ts';

const test = suite('records as lines');

async function printed(run: string, name: string, address: string | null = null): Promise<string[]> {
  const lines: string[] = [];
  for await (const line of recordLines(run, name, address)) lines.push(line);
  return lines;
}

async function refused(run: string, name: string, address: string | null = null): Promise<CensusError> {
  const error = await printed(run, name, address).catch((thrown: unknown) => thrown);
  if (!(error instanceof CensusError)) throw new Error(`not refused: ${JSON.stringify(error)}`);
  return error;
}

test('of a part are what its digest is taken over', async () => {
  const folder = toyFolder();
  const { manifest } = await runToy(folder, { ...toyConfig, partSize: 100 });
  const lines = await printed(folder, 'first');
  assert.is(lines.length, 5);
  assert.is(sha256Of(lines.map((line) => `${line}\n`).join('')), manifest.stages.first?.parts['00000']?.output_sha256);
});

test('are all there, in order, whatever is asked for first', async () => {
  const folder = toyFolder();
  await runToy(folder, { ...toyConfig, count: 300, partSize: 120 });
  const numbers = (await printed(folder, 'first')).map((line) => JSON.parse(line).n);
  assert.equal(
    numbers,
    Array.from({ length: 300 }, (_, n) => n).filter((n) => n !== 3),
  );
});

test('of several parts follow each other', async () => {
  const folder = toyFolder();
  await runToy(folder, toyConfig);
  const numbers = (await printed(folder, 'first')).map((line) => JSON.parse(line).n);
  assert.equal(numbers, [0, 1, 2, 4, 5]);
});

const part: PartEntry = {
  started_at: '',
  ended_at: '',
  input_sha256: '',
  output_sha256: '',
  records_sha256: '',
  raw_sha256: {},
  packed_sha256: {},
  rejects_sha256: null,
  counts: noCounts(),
  unknown_fields: {},
  facts: {},
  commands: [],
};

function entry(status: StageEntry['status'], more: Partial<StageEntry> = {}): StageEntry {
  return { ...newStageEntry({ status, unit: 'address', tool: '', reads: {}, started_at: null }), ...more };
}

function ping(address: string) {
  const unpaired = { pairs: 0, pair_ratio: null, pair_gap_us: null };
  return { address, control: null, ping_rtt_us: 2, ping_replies: 3, ...unpaired, failure: null };
}

const domain = {
  run: 'a',
  rank: 1,
  ranks: [{ list: 'list.csv', rank: 1 }],
  addresses_answered: 0,
  addresses_capable_v1: 0,
  addresses_capable_v0: 0,
  mixed: false,
  asn: null,
};
const domains = [
  { name: 'a.example', ...domain, addresses: ['198.18.0.1', '2001:db8::1'] },
  { name: 'b.example', ...domain, addresses: [] },
];
const stages: Manifest['stages'] = {
  path: entry('done', { parts: { '00000': part, '00001': part } }),
  os: entry('left_out'),
  geo: entry('running', { parts: { '00000': part } }),
  merge: entry('done', { outputs: { 'domains.parquet': '' } }),
  report: entry('done', { outputs: { 'report/index.html': '' } }),
};

/** A run of two parts of path and a table of domains; `version` 1 has NDJSON. */
async function runFolder(version: 1 | 2): Promise<string> {
  const folder = toyFolder();
  const parts = [['198.18.0.1', '198.18.0.2'], ['2001:db8::1']];
  const write = async (file: string, schema: typeof PathRecord | typeof DomainsRecord, records: unknown[]) => {
    const rows = records.map((record) => {
      const bytes = Buffer.from(JSON.stringify(schema.parse(record)));
      return { fresh: true, mark: 0, bytes, from: 0, to: bytes.length };
    });
    const form = new NarrowRows(schema);
    await writeRecords(rows, { path: join(folder, file), temp: join(folder, '.tmp'), form, narrow: false });
  };
  mkdirSync(join(folder, 'path'));
  for (const [index, addresses] of parts.entries()) {
    const name = join('path', `0000${index}`);
    if (version === 2) await write(`${name}.parquet`, PathRecord, addresses.map(ping));
    else writeFileSync(join(folder, `${name}.ndjson`), addresses.map((a) => `${JSON.stringify(ping(a))}\n`).join(''));
  }
  await write('domains.parquet', DomainsRecord, domains);
  const manifest: Manifest = { ...emptyManifest(), schema_version: version, stages };
  writeFileSync(join(folder, 'manifest.json'), JSON.stringify(manifest));
  return folder;
}

for (const version of [1, 2] as const) {
  const given: [sentence: string, name: string, address: string | null, lines: unknown[]][] = [
    ['all of a stage', 'path', null, ['198.18.0.1', '198.18.0.2', '2001:db8::1'].map(ping)],
    ['those about an address', 'path', '2001:db8::1', [ping('2001:db8::1')]],
    ['none about an address that is not there', 'path', '198.18.0.3', []],
    ['a table that a stage wrote', 'domains', null, domains],
    ['domains with an address', 'domains', '2001:db8::1', [domains[0]]],
  ];
  for (const [sentence, name, address, expected] of given) {
    test(`of a run of schema_version ${version}: ${sentence}`, async () => {
      const folder = await runFolder(version);
      assert.equal(
        (await printed(folder, name, address)).map((line) => JSON.parse(line)),
        expected,
      );
      assert.not(existsSync(join(folder, '.tmp')), 'reading makes nothing in the run');
    });
  }
}

const wrong: [sentence: string, name: string, message: RegExp, hint: RegExp][] = [
  ['a stage that there is not', 'scam', /no records named scam/, /^there are: path, os, geo, domains$/],
  ['a stage that was left out', 'os', /left os out/, /not_measured/],
  ['a stage that is not done', 'geo', /geo is not done/, /run the same/],
  ['a stage that writes no records', 'report', /no records named report/, /there are/],
];
for (const [sentence, name, message, hint] of wrong) {
  test(`${sentence} is refused with what there is`, async () => {
    const error = await refused(await runFolder(2), name);
    assert.match(error.message, message);
    assert.match(error.hint, hint);
  });
}

test('a folder that is no run, and a part that is gone, are refused by name', async () => {
  assert.match((await refused(toyFolder(), 'path')).message, 'holds no manifest.json');
  const folder = await runFolder(2);
  rmSync(join(folder, 'path', '00001.parquet'));
  assert.match((await refused(folder, 'path')).message, 'path/00001.parquet is gone');
  assert.ok(readFileSync(join(folder, 'manifest.json')).length > 0);
});

test.run();
