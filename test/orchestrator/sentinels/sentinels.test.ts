import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { parsePrefix } from '../../../orchestrator/address/ip.ts';
import { Config } from '../../../orchestrator/config/config.ts';
import { ManifestFile } from '../../../orchestrator/core/folder/manifest.ts';
import { LateOptOuts } from '../../../orchestrator/core/opt-outs/late.ts';
import { CensusError, ProgramError } from '../../../orchestrator/errors.ts';
import { vantageText } from '../../../orchestrator/report/caveats/vantage.ts';
import type { SentinelQuestion } from '../../../orchestrator/roles.ts';
import type { Classification } from '../../../orchestrator/schemas/lists.ts';
import { requireSentinels } from '../../../orchestrator/sentinels/require.ts';
import { Sentinels } from '../../../orchestrator/sentinels/sentinels.ts';
import { emptyManifest } from '../core/toy.ts';
import { scanned } from '../stages/records.ts';

const test = suite('sentinels');

const addresses = { v1: '198.18.0.1', v0: '198.18.0.2', plain: '198.18.0.3' };
const configured = (more: Record<string, unknown> = {}) =>
  Config.parse({
    lab: true,
    lab_ranges: ['198.18.0.0/15'],
    targets: { prefixes: ['198.18.0.0/24'] },
    sentinels: addresses,
    ...more,
  });

const right: Record<string, Classification> = { v1: 'mp_capable', v0: 'mp_capable', plain: 'synack_no_option' };

/** Sentinels that answer as told, one answer of each question's list after the other: null is silence. */
function watching(answers: Partial<Record<string, (Classification | null)[]>> = {}, late: LateOptOuts | null = null) {
  const manifest = new ManifestFile(mkdtempSync(join(tmpdir(), 'sentinels-')), emptyManifest());
  const asked: string[][] = [];
  const ask = async (questions: readonly SentinelQuestion[]) => {
    asked.push(questions.map(({ probe }) => probe));
    return questions.flatMap(({ probe, address }) => {
      const list = answers[probe];
      const next = list === undefined || list.length === 0 ? right[probe] : list.shift();
      return next ? [scanned(address, [], { probe, classification: next })] : [];
    });
  };
  const { signal } = new AbortController();
  const asking = { config: configured(), seed: 1, signal, optOuts: late, versions: {}, runsAs: {}, temp: tmpdir() };
  return { watcher: new Sentinels(manifest, asking, ask), manifest, asked, asking };
}

const wholeStage = async (watcher: Sentinels, share: number | null = 0.6) => {
  await watcher.begin('scan');
  watcher.hear({ type: 'stage_start', stage: 'scan', parts: 1, partsDone: 0, units: 100 });
  if (share !== null)
    watcher.hear({ type: 'work', stage: 'scan', part: '00000', done: 100 * share, of: 100, waitSeconds: 1 });
  await watcher.end('scan');
};
const momentsOf = (manifest: ManifestFile) =>
  manifest.data.sentinels.filter(({ sentinel }) => sentinel === 'v1').map(({ moment }) => moment);

test('a stage that sends is looked at when it begins, at its half and when it is through', async () => {
  const { watcher, manifest, asked } = watching();
  await wholeStage(watcher);
  assert.equal(momentsOf(manifest), ['start', 'middle', 'end']);
  assert.equal(asked, [
    ['v1', 'v0', 'plain'],
    ['v1', 'v0', 'plain'],
    ['v1', 'v0', 'plain'],
  ]);
  assert.equal(manifest.data.vantage_impaired, []);
  assert.is(vantageText(manifest.data), 'vantage point sound in 9 checks');
});

test('the half comes once, not before it is reached, and at the end of a stage that never told of it', async () => {
  const { watcher, manifest } = watching();
  await watcher.begin('scan');
  watcher.hear({ type: 'stage_start', stage: 'scan', parts: 2, partsDone: 0, units: 100 });
  watcher.hear({ type: 'work', stage: 'scan', part: '00000', done: 90, of: 100, waitSeconds: 1 });
  watcher.hear({ type: 'stage_start', stage: 'asn', parts: 1, partsDone: 1, units: 100 });
  await new Promise(setImmediate);
  assert.equal(momentsOf(manifest), ['start']);
  watcher.hear({ type: 'work', stage: 'scan', part: '00000', done: 100, of: 100, waitSeconds: 1 });
  await watcher.settle('scan');
  assert.equal(momentsOf(manifest), ['start', 'middle'], 'at the half, not later');
  watcher.hear({ type: 'work', stage: 'scan', part: '00001', done: 100, of: 100, waitSeconds: 1 });
  await watcher.end('scan');
  assert.equal(momentsOf(manifest), ['start', 'middle', 'end']);
  const quiet = watching();
  await wholeStage(quiet.watcher, null);
  assert.equal(momentsOf(quiet.manifest), ['start', 'middle', 'end']);
});

test('one lost answer is asked for again and impairs nothing', async () => {
  const { watcher, manifest, asked } = watching({ v1: [null, null, 'mp_capable'] });
  await watcher.begin('scan');
  assert.equal(asked, [['v1', 'v0', 'plain'], ['v1'], ['v1']]);
  assert.equal(manifest.data.vantage_impaired, []);
});

const wrong: [sentence: string, sentinel: string, saw: Classification | null][] = [
  ['silence', 'v1', null],
  ['a v1 server without its option', 'v1', 'synack_no_option'],
  ['a v1 server whose option is ours', 'v1', 'echoed'],
  ['a v0 server without its option', 'v0', 'synack_no_option'],
  ['a plain server with an option', 'plain', 'malformed'],
  ['a closed port', 'plain', 'rst'],
];
for (const [sentence, sentinel, saw] of wrong) {
  test(`${sentence} marks the run, with stage, moment and which`, async () => {
    const { watcher, manifest } = watching({ [sentinel]: Array.from({ length: 9 }, () => saw) });
    await watcher.begin('scan');
    const [impaired, ...more] = manifest.data.vantage_impaired ?? [];
    assert.equal([impaired?.stage, impaired?.moment, impaired?.sentinel, more], ['scan', 'start', sentinel, []]);
    assert.is(manifest.data.sentinels.find((one) => one.sentinel === sentinel)?.saw, saw);
    assert.is(vantageText(manifest.data), `VANTAGE POINT IMPAIRED: ${sentinel} at the start of scan`);
  });
}

test('who failed at the check before is asked once; what it says when it is back counts', async () => {
  const { watcher, manifest, asked } = watching({ v1: [null, null, null, null, 'mp_capable'] });
  await wholeStage(watcher);
  assert.is(asked.length, 3 + 1 + 1);
  assert.equal(
    manifest.data.vantage_impaired?.map(({ moment }) => moment),
    ['start', 'middle'],
  );
});

test('a prober that cannot send is no answer; any other error ends the stage', async () => {
  const failing = (error: Error) => {
    const { manifest, asking } = watching();
    return { manifest, watcher: new Sentinels(manifest, asking, async () => Promise.reject(error)) };
  };
  const failure = { stage: 'sentinels', part: '00000', argv: ['zmap'], exitCode: 1, what: 'failed', stderrTail: [] };
  const unsent = failing(new ProgramError('E_PROGRAM_FAILED', failure, ''));
  await unsent.watcher.begin('scan');
  assert.is(unsent.manifest.data.vantage_impaired?.length, 3);
  const broken = failing(new CensusError('E_INPUT', 'a defect', ''));
  try {
    await broken.watcher.begin('scan');
    assert.unreachable();
  } catch (error) {
    assert.match(String(error), 'a defect');
  }
});

test('a sentinel that opted out meanwhile is sent nothing', async () => {
  const prefix = parsePrefix('198.18.0.1/32');
  const late = new LateOptOuts(prefix === null ? [] : [prefix]);
  const { watcher, asked } = watching({}, late);
  await watcher.begin('scan');
  assert.equal(asked, [['v0', 'plain']]);
});

test('none given is not sound but not checked', () => {
  assert.is(vantageText({ sentinels: [], vantage_impaired: null }), 'vantage point not checked');
});

test('a sentinel that nothing may be sent to is refused before the first packet', () => {
  requireSentinels(configured());
  for (const plain of ['8.8.8.8', '10.0.0.1']) {
    assert.throws(
      () => requireSentinels(configured({ sentinels: { plain } })),
      new RegExp(`sentinels\\.plain: ${plain} may not`),
    );
  }
});

test.run();
