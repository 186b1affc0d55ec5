import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { ManifestFile, readManifest } from '../../../orchestrator/core/folder/manifest.ts';
import { type Clocks, clockStep, watchingClock } from '../../../orchestrator/machine/clock.ts';
import { runToy, toyConfig, toyFolder } from '../core/toy.ts';

const test = suite('machine/clock');

const at = (wall: number, up: number): Clocks => ({ wall, up });
const cases: [sentence: string, before: Clocks, now: Clocks, step: number | null][] = [
  ['nothing where both go on alike', at(100, 5), at(105, 10), null],
  ['nothing of a clock that is corrected little by little', at(100, 5), at(105.9, 10), null],
  ['seconds that it was set forward by', at(100, 5), at(165.04, 10), 60],
  ['seconds that it was set back by', at(100, 5), at(-3495, 10), -3600],
  ['nothing of a machine that slept: both went on', at(100, 5), at(7300, 7205), null],
];
for (const [sentence, before, now, step] of cases) {
  test(`of two looks at the clocks: ${sentence}`, () => assert.is(clockStep(before, now), step));
}

async function openManifest(): Promise<{ folder: string; manifest: ManifestFile }> {
  const folder = toyFolder();
  const { manifest } = await runToy(folder, toyConfig);
  const start = { at: '', census: {}, vantage: {}, changed: {}, corrected: {}, blocklist: null, rereads: [] };
  const starts = [{ ...start, clock_steps: [] }];
  const file = new ManifestFile(folder, { ...manifest, starts });
  await file.save();
  return { folder, manifest: file };
}

/** Looks at clocks that show these times one after the other, and the last of them from then on. */
function showing(...shown: [Clocks, ...Clocks[]]): { look: () => Clocks; looks: () => number } {
  let looks = 0;
  return { look: () => shown[Math.min(looks++, shown.length - 1)] ?? shown[0], looks: () => looks };
}

const stepsIn = async (folder: string) =>
  (await readManifest(folder))?.starts.flatMap(({ clock_steps }) => clock_steps.map(({ seconds }) => seconds));

test('each step while the work goes on is in the manifest', async () => {
  const { folder, manifest } = await openManifest();
  const { look, looks } = showing(at(0, 0), at(1, 1), at(-58, 2), at(-57, 3), at(63, 4));
  const work = async () => {
    while (looks() < 6) await new Promise((resolve) => setTimeout(resolve, 5));
    return 'done';
  };
  assert.is(await watchingClock(manifest, work, { look, ms: 1 }), 'done');
  assert.equal(await stepsIn(folder), [-60, 119]);
});

test('one that comes between the last look and the end is in it too', async () => {
  const { folder, manifest } = await openManifest();
  const { look } = showing(at(0, 0), at(50, 1));
  await watchingClock(manifest, async () => undefined, { look, ms: 60_000 });
  assert.equal(await stepsIn(folder), [49]);
});

test('of work that fails its own error is told, and nobody looks at the clock any more', async () => {
  const { manifest } = await openManifest();
  const { look, looks } = showing(at(0, 0));
  const fails = async () => {
    throw new Error('the disk is full');
  };
  const said = await watchingClock(manifest, fails, { look, ms: 1 }).catch(String);
  assert.is(said, 'Error: the disk is full');
  const then = looks();
  await new Promise((resolve) => setTimeout(resolve, 30));
  assert.is(looks(), then);
});

test('the clocks of this machine go on alike', async () => {
  const { folder, manifest } = await openManifest();
  await watchingClock(manifest, () => new Promise((resolve) => setTimeout(resolve, 300)), { ms: 50 });
  assert.equal(await stepsIn(folder), []);
});

test.run();
