import { readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { openRun } from '../../../../orchestrator/core/folder/open-run.ts';
import { CensusError } from '../../../../orchestrator/errors.ts';
import { bash } from '../process/site.ts';
import { emptyManifest, toyFolder } from '../toy.ts';

const test = suite('opening a run');

async function open(folder: string, inputs: string[] = [], version = '5.1') {
  const stored = (config: Record<string, unknown>) => ({ config, blocklist: null, stages: [] });
  return await openRun({
    folder,
    name: 'toy',
    config: {},
    seed: 1,
    stages: inputs.length === 0 ? [] : [{ name: 'toy', enabled: true, inputs }],
    programs: [{ program: bash, path: '/bin/bash', version, runsAs: null, unfit: null }],
    census: { version: '0.1.0' },
    vantage: {},
    optOuts: null,
    stored,
    mayChange: () => false,
  });
}

test('a run of before Parquet is not gone on with: what began it is named, and nothing is changed', async () => {
  for (const finished_at of [null, '2026-01-01T00:00:00.000Z']) {
    const folder = toyFolder();
    const census = { version: '0.0.9', git_commit: 'abc123' };
    const before = JSON.stringify({ ...emptyManifest(), schema_version: 1, finished_at, census });
    writeFileSync(join(folder, 'manifest.json'), before);
    const error = await open(folder).catch((thrown: unknown) => thrown);
    if (!(error instanceof CensusError)) throw new Error('it was opened');
    assert.is(error.code, 'E_RUN_FOLDER');
    assert.match(error.message, 'schema_version 1');
    assert.match(error.hint, /replay and cat read it.*0\.0\.9, commit abc123/);
    assert.is(readFileSync(join(folder, 'manifest.json'), 'utf8'), before);
  }
});

test('an input that is a folder is named', async () => {
  const folder = toyFolder();
  const error = await open(join(folder, 'run'), [folder]).catch((thrown: unknown) => thrown);
  assert.match(String(error), `${folder} is a folder, and a file is needed there`);
});

test('a folder whose manifest cannot be looked at is not taken for one without a run', async () => {
  const folder = toyFolder();
  symlinkSync('manifest.json', join(folder, 'manifest.json'));
  const error = await open(folder).catch((thrown: unknown) => thrown);
  assert.match(String(error), /ELOOP: .*manifest\.json/);
});

test('a run of a version to come is refused with the versions that are read', async () => {
  const folder = toyFolder();
  writeFileSync(join(folder, 'manifest.json'), JSON.stringify({ ...emptyManifest(), schema_version: 3 }));
  const error = await open(folder).catch((thrown: unknown) => thrown);
  assert.match(error instanceof CensusError ? error.hint : '', 'reads schema_version 1 to 2');
});

test('a field that only another version knows is named, with the versions that are read', async () => {
  const folder = toyFolder();
  writeFileSync(join(folder, 'manifest.json'), JSON.stringify({ ...emptyManifest(), later: 1 }));
  const error = await open(folder).catch((thrown: unknown) => thrown);
  assert.match(String(error), /manifest\.json: Unrecognized key: "later"$/);
});

test('one of this version is opened, and a new one has its number', async () => {
  const folder = toyFolder();
  assert.is((await open(folder)).data.schema_version, 2);
  assert.is((await open(folder)).data.schema_version, 2);
});

test('programs of a run are those that its last start found', async () => {
  const folder = toyFolder();
  for (const version of ['5.1', '5.2.15']) {
    const { data } = await open(folder, [], version);
    assert.equal(data.programs, { bash: { path: '/bin/bash', version, runs_as: null } });
  }
});

test.run();
