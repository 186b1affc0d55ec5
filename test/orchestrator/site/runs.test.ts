// runs: behind
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type Manifest, ManifestFile, readManifest } from '../../../orchestrator/core/folder/manifest.ts';
import { ConfidenceReason } from '../../../orchestrator/schemas/history.ts';
import { countRun } from '../../../orchestrator/site/counts.ts';
import { marksOf } from '../../../orchestrator/site/data/marks.ts';
import { relianceText } from '../../../orchestrator/site/pages/reliance.ts';
import { readSiteRuns } from '../../../orchestrator/site/runs.ts';
import { makeHost, verdict, writeParquet } from '../report/parquet.ts';
import { makeWeeks, place, world } from './made.ts';

const test = suite('site: runs');
const folders = await makeWeeks(4, { ...world, addresses: 20 });

/** Changes what the manifest of a run says. */
async function change(week: number, to: (manifest: Manifest) => void): Promise<void> {
  const folder = folders[week] ?? '';
  const manifest = await readManifest(folder);
  if (manifest === null) throw new Error('no manifest');
  to(manifest);
  await new ManifestFile(folder, manifest).save();
}

await change(0, (manifest) => Object.assign(manifest, { run: 'index' }));
await change(1, (manifest) => Object.assign(manifest, { run: '../../etc/<b>"passwd"\u001b[31m' }));
await change(2, (manifest) => {
  manifest.run = 'Index';
  manifest.rules_version = 3;
  manifest.vantage = { ...manifest.vantage, hostname: 'another', kernel: '7.0.0' };
});
await change(3, (manifest) => Object.assign(manifest, { run: '...' }));

test('a name becomes part of an address: letters, digits, dots and dashes, one each, none that of the list', async () => {
  const { runs } = await readSiteRuns(folders, null);
  assert.equal(
    runs.map(({ slug }) => slug),
    ['index-2', 'etc-b-passwd-31m', 'Index-3', 'run'],
  );
});

test('the last day of an embargo is published whole, later runs are counted', async () => {
  const { runs, embargoed } = await readSiteRuns(folders, '2026-09-14');
  assert.equal([runs.length, embargoed], [2, 2]);
  assert.match(runs[1]?.timeEnd ?? '', /^2026-09-14/);
});

test('what changed from run to run has a mark, and a vantage point only that it is another', async () => {
  const { runs } = await readSiteRuns(folders, null);
  const marks = marksOf(runs).map(({ run, text }) => `${run}: ${text}`);
  assert.equal(marks, [
    'Index-3: rules: ours 2, then ours 3',
    'Index-3: vantage point: number 1, then number 2',
    'Index-3: kernel of the scanner: Linux 6.18, then Linux 7.0',
    'run: rules: ours 3, then ours 2',
    'run: vantage point: number 2, then number 1',
    'run: kernel of the scanner: Linux 7.0, then Linux 6.18',
  ]);
  assert.not.match(JSON.stringify(runs.map(({ folder, ...told }) => [told, typeof folder])), /another|secret-host/);
});

test('how far a run can be relied on is told in words, without a number that may be the count of one', async () => {
  const [first] = (await readSiteRuns(folders, null)).runs;
  assert.equal(first?.confidence([]), { word: 'sound', reasons: [] });
  const plain = (n: number) =>
    makeHost({
      ...{ address: `198.18.7.${n}`, control: 'plain', v0: verdict('not_offered') },
      v1: verdict(n < 2 ? 'capable' : 'not_offered'),
    });
  const folder = place('controls');
  await writeParquet(
    folder,
    Array.from({ length: 40 }, (_, n) => plain(n)),
    [],
  );
  const { controls } = await countRun({ name: 'controls', folder, seed: 1, rescan: null }, place('controls-temp'));
  assert.equal(controls, [{ control: 'plain', controls: 40, wrong: 2 }]);
  const reliance = first?.confidence(controls);
  assert.equal(reliance, { word: 'reduced', reasons: ['controls_wrong'] });
  for (const reason of ConfidenceReason.options) {
    const text = relianceText({ word: 'doubtful', reasons: [reason] });
    assert.match(text, /^doubtful: [A-Za-z ]+$/, reason);
  }
});

test.run();
