import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { PrefixSet } from '../../../../orchestrator/address/prefix-set.ts';
import { noCounts } from '../../../../orchestrator/core/folder/entries.ts';
import { RunFolder } from '../../../../orchestrator/core/folder/folder.ts';
import { type Manifest, ManifestFile } from '../../../../orchestrator/core/folder/manifest.ts';
import type { RunEvent } from '../../../../orchestrator/core/progress.ts';
import { runStages } from '../../../../orchestrator/core/run.ts';
import type { PartStage, Stage, WholeStage } from '../../../../orchestrator/core/stage.ts';
import {
  emptyManifest,
  errorOf,
  numbers,
  partStage,
  squareTool,
  type ToyConfig,
  toyConfig,
  toyFolder,
} from '../toy.ts';

const test = suite('whom a stage asked');

async function run(
  stages: readonly Stage<ToyConfig>[],
  config: ToyConfig,
  folder = toyFolder(),
  before = emptyManifest(),
): Promise<{ events: RunEvent[]; manifest: Manifest }> {
  const events: RunEvent[] = [];
  const manifest = new ManifestFile(folder, before);
  await runStages({
    ...{ folder: new RunFolder(folder), manifest, config, stages },
    ...{ report: (event) => events.push(event), signal: new AbortController().signal, terminal: false },
  });
  return { events, manifest: manifest.data };
}

/** What a later stage sees of whom `asking` asked. */
async function askedOf(asking: PartStage<ToyConfig>, config: ToyConfig): Promise<unknown[]> {
  const found: unknown[] = [];
  const looking: WholeStage<ToyConfig> = {
    ...{ kind: 'whole', name: 'looking', reads: ['asking'], unit: 'look', outputs: [] },
    async run({ query }) {
      for await (const row of query('SELECT n FROM asking_asked ORDER BY n')) found.push(Object(row).n);
      return noCounts();
    },
  };
  await run([asking, looking], config);
  return found;
}

const asking = { ...partStage('asking', [], numbers), viewsAsked: 'n' };
/** Nobody answers. */
const silent: ToyConfig = { ...toyConfig, count: 7, script: 'cat >/dev/null' };

test('is seen by later stages though nobody answered, without those that were skipped or opted out before their part', async () => {
  // The stage skips 3; 5 opts out behind the cut, and is alone with 6 in its part.
  assert.equal(await askedOf(asking, { ...silent, optedOut: [5] }), [0, 1, 2, 4, 6]);
});

test('a part of which all opted out has asked nobody', async () => {
  assert.equal(await askedOf(asking, { ...silent, optedOut: [0, 1] }), [2, 4, 5, 6]);
});

test('who opted out while the program sent is in it no more than who opted out before', async () => {
  const tool = () => ({ ...squareTool, leftOut: async () => ({ blocked: new PrefixSet([]), optedOut: ['4', '0'] }) });
  assert.equal(await askedOf({ ...asking, tool }, silent), [1, 2, 5, 6]);
});

test('where the raw files that say who opted out are gone nobody is taken to be silent', async () => {
  const folder = toyFolder();
  const gone = (stages: readonly Stage<ToyConfig>[], config: ToyConfig, before = emptyManifest()) =>
    run(stages, config, folder, before);
  const config = { ...silent, optedOut: [5] };
  const { manifest } = await gone([asking], config);
  rmSync(join(folder, 'raw', 'asking', '00000'), { recursive: true });
  await gone([asking], config, manifest);
  rmSync(join(folder, 'raw', 'asking', '00002'), { recursive: true });
  const error = await errorOf(gone([asking], config, manifest));
  assert.is(error.code, 'E_RUN_FOLDER');
  assert.match(error.message, /00002 is gone: it says who of this part opted out/);
});

test('a stage that was left out asked nobody', async () => {
  assert.equal(await askedOf({ ...asking, enabled: () => false }, silent), []);
});

test('a stage waits for those that it comes after, whose records it does not read', async () => {
  const slow = { ...partStage('slow', [], numbers), partSize: () => 1 };
  const order = async (after: string[]) => {
    const waiting = { ...partStage('waiting', [], numbers), after };
    const { events } = await run([slow, waiting], { ...toyConfig, count: 5, script: 'sleep 0.3; cat >/dev/null' });
    const at = (type: string, stage: string) =>
      events.findIndex((event) => event.type === type && 'stage' in event && event.stage === stage);
    return at('stage_start', 'waiting') > at('stage_done', 'slow');
  };
  assert.is(await order(['slow']), true);
  assert.is(await order([]), false);
});

test.run();
