import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { RunFolder } from '../../../../orchestrator/core/folder/folder.ts';
import { readManifest } from '../../../../orchestrator/core/folder/manifest.ts';
import { overUplink, type Uplink } from '../../../../orchestrator/core/uplink/over-uplink.ts';
import { CensusError } from '../../../../orchestrator/errors.ts';
import { errorOf, runToy, toyConfig, toyFolder } from '../toy.ts';

const test = suite('core/uplink');

/** Is lost so many milliseconds after it is first watched, or as the watching of a part ends. */
function losing(after: number | 'end', part = 1): { uplink: Uplink; watched: () => number } {
  let watched = 0;
  const watch = (lost: (what: string) => void) => {
    watched += 1;
    if (watched !== part) return async () => undefined;
    const timer = after === 'end' ? null : setTimeout(() => lost('the link of eth0 was lost meanwhile'), after);
    return async () => {
      if (timer === null) lost('the link of eth0 was lost meanwhile');
      else clearTimeout(timer);
    };
  };
  return { uplink: { watch }, watched: () => watched };
}

const asking = { stage: 'scan', part: '00003', signal: new AbortController().signal };

test('what was asked while the uplink was lost is no part, though its programs ended well', async () => {
  const error = await errorOf(overUplink(losing('end').uplink, asking, async () => 'all went well'));
  assert.is(error.code, 'E_PROGRAM_FAILED');
  assert.match(error.message, /^scan\/00003: the link of eth0 was lost meanwhile: /);
});

test('the programs are ended as soon as it is lost, and what they say of that is not told', async () => {
  const work = (signal: AbortSignal) =>
    new Promise((_, reject) => signal.addEventListener('abort', () => reject(new Error('zmap was ended by SIGTERM'))));
  assert.match((await errorOf(overUplink(losing(5).uplink, asking, work))).message, 'the link of eth0 was lost');
});

test('where it holds, the result and the errors of programs are what they are', async () => {
  const holds = { watch: () => async () => undefined };
  assert.is(await overUplink(holds, asking, async () => 7), 7);
  const failed = new CensusError('E_PROGRAM_FAILED', 'scan/00003: zmap exited with 1', 'resume');
  assert.is(await errorOf(overUplink(holds, asking, () => Promise.reject(failed))), failed);
});

test('a run that was stopped is told as stopped', async () => {
  const controller = new AbortController();
  const stopped = new CensusError('E_STOPPED', 'stopped', 'resume');
  const work = async () => {
    controller.abort();
    throw stopped;
  };
  assert.is(await errorOf(overUplink(losing('end').uplink, { ...asking, signal: controller.signal }, work)), stopped);
});

test('a part over which it was lost is not kept, those before it are, and the next start ends as one that lost nothing', async () => {
  const whole = await runToy(toyFolder(), toyConfig);
  const folder = toyFolder();
  const { uplink, watched } = losing('end', 2);
  const error = await errorOf(runToy(folder, toyConfig, null, { uplink }));
  assert.match(error.message, /^first\/00001: the link of eth0 was lost meanwhile/);
  const raw = (part: string) => existsSync(new RunFolder(folder).raw('first', part));
  assert.equal([raw('00000'), raw('00001')], [true, false]);
  assert.ok(existsSync(join(folder, 'first', '00000.parquet')));
  assert.is(watched(), 2);
  const { manifest } = await runToy(folder, toyConfig, await readManifest(folder));
  assert.is(manifest.result_sha256, whole.manifest.result_sha256);
});

test.run();
