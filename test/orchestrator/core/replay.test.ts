import { appendFileSync, existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { RunFolder } from '../../../orchestrator/core/folder/folder.ts';
import { ManifestFile, readManifest } from '../../../orchestrator/core/folder/manifest.ts';
import { replayStages, requireSameInputs } from '../../../orchestrator/core/replay.ts';
import { runToy, toyConfig, toyFolder, toyStages } from './toy.ts';

const test = suite('replay');

async function replay(folder: string) {
  const before = await readManifest(folder);
  if (before === null) throw new Error('no manifest');
  const into = join(folder, 'replay');
  return await replayStages({
    folder: new RunFolder(folder, into),
    manifest: new ManifestFile(into, structuredClone(before)),
    before,
    // Whatever the program would do, it is not started.
    config: { ...toyConfig, script: 'exit 9' },
    stages: toyStages,
    report: () => undefined,
    signal: new AbortController().signal,
    terminal: false,
  });
}

test('gives the same rows at every stage and starts no program', async () => {
  const folder = toyFolder();
  await runToy(folder, toyConfig);
  const results = await replay(folder);
  assert.equal(
    results.map(({ stage, compared, differs }) => [stage, compared, differs]),
    [
      ['first', 3, []],
      ['second', 3, []],
      ['sum', 1, []],
    ],
  );
  assert.ok(existsSync(join(folder, 'replay', 'sum.json')));
});

test('a raw file that was changed since is named, with what follows from it', async () => {
  const folder = toyFolder();
  await runToy(folder, toyConfig);
  appendFileSync(join(folder, 'raw', 'first', '00000', 'lines'), '{"n":0,"square":7}\n');
  const [first] = await replay(folder);
  assert.equal(first?.differs, ['raw/first/00000/lines', 'first/00000.parquet']);
});

test('a run that is not whole is refused', async () => {
  const folder = toyFolder();
  await runToy(folder, toyConfig);
  rmSync(join(folder, 'raw', 'second', 'input', 'cut.json'));
  const message = await replay(folder).then(
    () => '',
    (error: unknown) => String(error),
  );
  assert.match(message, 'second is not done');
});

test('an input that has other content now is refused', async () => {
  const folder = toyFolder();
  const { manifest } = await runToy(folder, toyConfig);
  const path = join(folder, 'manifest.json');
  const message = await requireSameInputs({ ...manifest, inputs: { [path]: { sha256: '00', bytes: 1 } } }).then(
    () => '',
    (error: unknown) => String(error),
  );
  assert.match(message, 'has other content');
});

test.run();
