// runs: behind
import { appendFileSync, cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { readRuns } from '../../../orchestrator/history/given.ts';
import { historyOf, makeWeek, place, weekTime } from './planted.ts';

const test = suite('what may stand in a series');

const sound = makeWeek(0);
const messageOf = (work: Promise<unknown>) =>
  work.then(
    () => 'nothing',
    (error: Error) => error.message,
  );

/** A copy of the sound run, spoilt. */
async function spoilt(name: string, spoil: (folder: string) => void): Promise<string> {
  const folder = place(name);
  cpSync(await sound, folder, { recursive: true });
  spoil(folder);
  return folder;
}

const left: readonly [title: string, make: () => Promise<string>, reason: RegExp][] = [
  ['a folder that is not there', async () => place('nowhere'), /no such folder/],
  [
    'a file',
    async () => {
      writeFileSync(place('file'), '');
      return place('file');
    },
    /no such folder/,
  ],
  [
    'a folder that is no run',
    async () => {
      mkdirSync(place('other'));
      return place('other');
    },
    /no manifest\.json/,
  ],
  [
    'a manifest that somebody changed',
    () => spoilt('changed', (folder) => appendFileSync(join(folder, 'manifest.json'), ' ')),
    /changed after it was written|not JSON/,
  ],
  [
    'an unfinished run',
    () =>
      makeWeek(1, {
        name: 'open',
        change: (manifest) => {
          manifest.finished_at = null;
        },
      }),
    /not finished/,
  ],
  [
    'a run whose merge is not done',
    () =>
      makeWeek(1, {
        name: 'unmerged',
        change: (manifest) => {
          delete manifest.stages.merge;
        },
      }),
    /not finished/,
  ],
  [
    'hosts that are not what was written',
    () => spoilt('damaged', (folder) => appendFileSync(join(folder, 'hosts.parquet'), 'x')),
    /damaged: hosts\.parquet/,
  ],
  [
    'domains that are gone',
    () => spoilt('gone', (folder) => rmSync(join(folder, 'domains.parquet'))),
    /damaged: domains\.parquet/,
  ],
  [
    'records of an old version',
    () =>
      makeWeek(1, {
        name: 'old',
        change: (manifest) => {
          manifest.schema_version = 1;
        },
      }),
    /replay decodes them again/,
  ],
  ['a purge that was ended', () => spoilt('purging', (folder) => writeFileSync(join(folder, 'purging'), '')), /purge/],
  [
    'a configuration of a later version',
    () =>
      makeWeek(1, {
        name: 'later',
        change: (manifest) => {
          manifest.config.unheard_of = 1;
        },
      }),
    /unheard_of/,
  ],
];

for (const [title, make, reason] of left) {
  test(`${title} is left out with its reason, and the rest stands`, async () => {
    const folder = await make();
    const { runs, leftOut } = await readRuns([folder, await sound]);
    assert.equal(
      runs.map(({ name }) => name),
      ['week-0'],
    );
    assert.is(leftOut.length, 1);
    assert.match(leftOut[0]?.reason ?? '', reason);
    assert.match(await messageOf(readRuns([folder])), /there is no run that can be a point/);
  });
}

test('one run given twice is refused, in one folder or in a copy', async () => {
  assert.match(await messageOf(readRuns([await sound, await sound])), /given twice/);
  const copy = await spoilt('copy', () => undefined);
  assert.match(await messageOf(readRuns([await sound, copy])), /are the same run/);
});

test('a lab and the Internet make no series', async () => {
  const world = await makeWeek(2, {
    name: 'world',
    change: (manifest) => {
      manifest.config.lab = false;
    },
  });
  assert.match(await messageOf(readRuns([await sound, world])), /test Internet/);
});

test('two runs of one day, and of one name, are two points', async () => {
  const time = new Date(Date.parse(weekTime(0)) + 3_600_000).toISOString();
  mkdirSync(place('elsewhere'));
  await makeWeek(0, {
    name: 'elsewhere/again',
    time,
    change: (manifest) => {
      manifest.run = 'week-0';
    },
  });
  const { runs } = await readRuns([place('elsewhere/again'), await sound]);
  assert.equal(
    runs.map(({ name }) => name),
    [`week-0 ${weekTime(0)}`, `week-0 ${time}`],
  );
});

test('a run that other rules judged, and whose records are not as they were, is left out', async () => {
  const old = (name: string, week: number, spoil: (folder: string) => void) =>
    makeWeek(week, {
      name,
      change: (manifest) => {
        manifest.rules_version = null;
      },
    }).then((folder) => {
      spoil(folder);
      return folder;
    });
  const folder = await old('lost', 3, (path) => rmSync(join(path, 'scan'), { recursive: true }));
  const changed = await old('rewritten', 4, (path) => appendFileSync(join(path, 'handshake', '00000.parquet'), 'x'));
  const { runs, left_out } = await historyOf([folder, changed, await sound], place('rest'));
  assert.equal(
    runs.map(({ run }) => run),
    ['week-0'],
  );
  assert.equal(
    left_out.map((one) => one.folder),
    ['lost', 'rewritten'],
  );
  for (const { reason } of left_out)
    assert.match(reason, /its records of (scan|handshake) are missing or have changed/);
});

test('a run of today whose records are gone stands; its keys are compared with none', async () => {
  const folder = await spoilt('light', (path) => rmSync(join(path, 'scan'), { recursive: true }));
  const { runs } = await historyOf([folder], place('light-series'));
  assert.equal(
    runs.map(({ run, keys_compared }) => [run, keys_compared]),
    [['week-0', false]],
  );
});

test('a run folder is no place for a series', async () => {
  assert.match(await messageOf(historyOf([await sound], await sound)), /is a run folder/);
});

test.run();
