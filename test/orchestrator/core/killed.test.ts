// takes: long
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type Manifest, readManifest } from '../../../orchestrator/core/folder/manifest.ts';
import { runToy, squares, toyConfig, toyFolder } from './toy.ts';

const test = suite('killed');

/** What must be the same in every run of the toy pipeline: rows, counts, hashes; not the times. */
function outcome({ result_sha256, stages }: Manifest) {
  const parts = Object.entries(stages).flatMap(([stage, entry]) =>
    Object.entries(entry.parts).map(([part, { output_sha256, records_sha256, raw_sha256, counts, facts }]) => ({
      ...{ stage, part, output_sha256, records_sha256, counts, facts: { ...facts, begun_again: undefined } },
      // commands.json holds times
      printed: raw_sha256.lines,
    })),
  );
  const sums = Object.entries(stages).map(([stage, { status, counts, digest }]) => ({ stage, status, counts, digest }));
  return { result_sha256, parts, sums };
}

async function killedAt(folder: string, when: string, path: string, times: number): Promise<void> {
  const program = fileURLToPath(new URL('killed-at.ts', import.meta.url));
  const args = ['--import', 'tsx', program, folder, when, path, String(times)];
  const { signal, stderr } = await execa(process.execPath, args, { reject: false });
  assert.is(signal, 'SIGKILL', `${path} got its name in no such run: ${stderr}`);
}

const undisturbed = outcome((await runToy(toyFolder(), toyConfig)).manifest);

/** How many of the stage's three parts are measured after it; the program of a part whose raw folder is there is not run again. */
const points: [sentence: string, when: 'before' | 'after', path: string, runs: number, times?: number][] = [
  ['the manifest is written for the first time', 'after', 'manifest.json', 3],
  ['the units of the second part are written', 'before', 'raw/first/input/00001.ndjson', 3],
  ['the units are cut', 'before', 'raw/first/input/cut.json', 3],
  ['the units are cut', 'after', 'raw/first/input/cut.json', 3],
  ['the commands of a part are written', 'before', 'raw/first/00001.partial/commands.json', 2],
  ['a part is measured', 'before', 'raw/first/00001', 2],
  ['a part is measured', 'after', 'raw/first/00001', 1],
  ['the records of a part are written', 'before', 'first/00001.parquet', 1],
  ['the records of a part are written, and its rejects are not', 'after', 'first/00001.parquet', 1],
  ['the rejects of a part are written, and its entry is not', 'after', 'rejects/parts/first-00001.ndjson', 1],
  ['the entry of a part is written', 'before', 'first/00001.json', 1],
  ['the entry of a part is written', 'after', 'first/00001.json', 1],
  ['the entry of the last part is written, and the manifest is not', 'after', 'first/00002.json', 0],
  ['the manifest says that the stage is done', 'before', 'manifest.json', 0, 2],
];
for (const [sentence, when, path, runs, times = 1] of points) {
  test(`a run that was killed just ${when} ${sentence} ends as if nothing had been`, async () => {
    const folder = toyFolder();
    await killedAt(folder, when, path, times);
    const ran = join(folder, 'ran');
    const script = `[ "$(ls ${folder}/raw | grep second)" ] || echo x >>${ran}; ${squares}`;
    const { manifest } = await runToy(folder, { ...toyConfig, script }, await readManifest(folder));
    assert.equal(outcome(manifest), undisturbed);
    assert.is(existsSync(ran) ? readFileSync(ran, 'utf8').trim().split('\n').length : 0, runs);
    assert.not(existsSync(join(folder, '.tmp')));
    assert.not(existsSync(join(folder, 'raw', 'superseded')), 'what was measured is not measured again');
  });
}

test.run();
