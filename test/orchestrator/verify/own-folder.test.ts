import { mkdirSync, mkdtempSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { ManifestFile } from '../../../orchestrator/core/folder/manifest.ts';
import { pipeline } from '../../../orchestrator/pipeline.ts';
import { findTool } from '../../../orchestrator/tools/finder.ts';
import {
  requireNamed,
  requireReplays,
  requireUntaken,
  requireWritable,
} from '../../../orchestrator/verify/own-folder.ts';
import { runToy, toyConfig, toyFolder } from '../core/toy.ts';

const test = suite('verify/own-folder');
const stages = pipeline(findTool);

/** A folder with these files, or folders where a name ends in a slash. */
function folderOf(...names: string[]): string {
  const folder = mkdtempSync(join(tmpdir(), 'own-'));
  for (const name of names) {
    mkdirSync(join(folder, name, name.endsWith('/') ? '.' : '..'), { recursive: true });
    if (!name.endsWith('/')) writeFileSync(join(folder, name), 'x');
  }
  return folder;
}

const said = async (work: () => void | Promise<void>): Promise<string> => {
  try {
    await work();
    return '';
  } catch (cause) {
    return String(cause);
  }
};

for (const given of ['', ' ', '/', '//', '/x/..']) {
  test(`${JSON.stringify(given)} is refused as a run folder: nobody means it`, async () => {
    assert.match(await said(() => requireNamed(given)), /has no name|cannot be emptied or filled for a run/);
  });
}
test('the folder that one is in may be one', () => requireNamed('.'));

const places: [sentence: string, names: string[], taken: string | null][] = [
  ['an empty folder', [], null],
  ['one with the configuration and its files', ['census.yaml', 'blocklist.conf', 'list.csv', 'stop/'], null],
  ["somebody's own report", ['report/thesis.tex', 'census.yaml'], 'report'],
  ["somebody's own report beside raw files of a camera", ['report/thesis.tex', 'raw/IMG_1.NEF'], 'report'],
  ['a table of that name', ['hosts.parquet'], 'hosts.parquet'],
  ['folders that are called as stages are', ['scan/page1.png'], 'scan'],
  ['a run whose manifest was removed', ['report/index.html', 'scan/00000.parquet', 'raw/scan/input/cut.json'], null],
  ['one that was set aside', ['hosts.parquet', 'raw/superseded/scan.1/input/cut.json'], null],
];
for (const [sentence, names, taken] of places) {
  test(`a new run in ${sentence} ${taken === null ? 'begins' : `is refused: it would replace ${taken}`}`, async () => {
    const why = await said(() => requireUntaken(folderOf(...names), stages));
    assert.ok(taken === null ? why === '' : why.includes(`holds ${taken}, which a run in it would replace`), why);
  });
}

test('what a run writes into is a folder, or a link to one, before the first packet', async () => {
  const folder = folderOf('raw/', 'scan/', 'handshake');
  assert.match(await said(() => requireWritable(folder, stages)), /handshake is a file, and a folder is needed there/);
  const linked = folderOf('raw/');
  symlinkSync('elsewhere', join(linked, 'raw/scan'));
  assert.match(await said(() => requireWritable(linked, stages)), /raw\/scan is a link to elsewhere, which does not/);
  assert.is(await said(() => requireWritable(folderOf('report', 'raw/scan/'), stages)), '', 'report is made anew');
});

test('a replay empties a folder of nothing, and one within the run that is named for it', async () => {
  const run = folderOf('manifest.json', 'replay-2/notes');
  for (const out of ['new', join(run, 'replay'), join(run, 'replay-2'), folderOf()]) {
    assert.is(await said(() => requireReplays(run, join(out))), '', out);
  }
  for (const out of [run, join(run, '..'), join(run, 'raw'), folderOf('thesis.tex'), folderOf('manifest.json')]) {
    assert.match(await said(() => requireReplays(run, out)), /is no folder for a replay: what is there would be rem/);
  }
});

test('a replay takes the place of a replay, and never that of another run', async () => {
  const [run, other, earlier] = [toyFolder(), toyFolder(), toyFolder()];
  const { manifest } = await runToy(run, toyConfig);
  await new ManifestFile(other, manifest).save();
  await new ManifestFile(earlier, { ...manifest, replay: true }).save();
  assert.is(await said(() => requireReplays(run, earlier)), '');
  assert.match(await said(() => requireReplays(run, other)), /is no folder for a replay/);
});

test.run();
