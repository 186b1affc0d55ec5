// takes: long
// runs: behind
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Config } from '../../../../orchestrator/config/config.ts';
import { readManifest } from '../../../../orchestrator/core/folder/manifest.ts';
import { CensusError } from '../../../../orchestrator/errors.ts';
import { withArchive } from '../../../../orchestrator/ip2asn-lite/test/archive-server.ts';
import { RIB } from '../../../../orchestrator/ip2asn-lite/test/archived-ribs.ts';
import { archive as source } from '../../../../orchestrator/tools/ip2asn-lite/archive.ts';
import { cli } from '../../own-prober.ts';
import { asnOf, fetchedIn, inTable, setUpRun, tableOf, withTables } from './archive-run.ts';

const test = suite('the table of the day');

const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');
test('a run fetches the table nearest to its scan, records it, and replays without the archive', async () => {
  const run = { folder: '', config: '' };
  await withTables(async (archive) => {
    Object.assign(run, setUpRun(archive.base));
    const { exitCode, stdout, stderr } = await cli('run', '-c', run.config, run.folder);
    assert.is(exitCode, 0, stdout + stderr);
    assert.is(await asnOf(run.folder), inTable);
    const fetched = await fetchedIn(run.folder);
    assert.is(fetched?.url, new URL(tableOf(-1), archive.base).href);
    assert.equal([fetched?.sha256, fetched?.bytes], [sha256(RIB), RIB.length]);
    assert.ok(RIB.equals(readFileSync(join(run.folder, fetched?.file ?? ''))));
    const hours = (Date.parse(fetched?.wanted_at ?? '') - Date.parse(fetched?.content_at ?? '')) / 3600_000;
    assert.is(fetched?.distance_hours, Math.round(1000 * hours) / 1000);
    assert.ok(hours > 0.9 && hours < 2, String(hours));
    assert.is(archive.log.filter((line) => /GET .*\.gz/.test(line)).length, 1);
    const before = archive.log.length;
    assert.is((await cli('run', '-c', run.config, run.folder)).exitCode, 0);
    assert.is(archive.log.length, before, 'a table that is there is not looked for');
    assert.match(readFileSync(join(run.folder, 'report/index.html'), 'utf8'), fetched?.url ?? 'no url');
  });
  const replayed = await cli('replay', run.folder);
  assert.is(replayed.exitCode, 0, replayed.stdout + replayed.stderr);
  rmSync(join(run.folder, 'asn'), { recursive: true });
  const again = await cli('run', '-c', run.config, run.folder);
  assert.is(again.exitCode, 0, again.stdout + again.stderr);
});

test('the wanted time is the middle of the scan, from its first command to the end of its last', async () => {
  await withTables(async (archive) => {
    const run = setUpRun(archive.base);
    await cli('run', '-c', run.config, run.folder);
    const commands = Object.values((await readManifest(run.folder))?.stages.scan?.parts ?? {}).flatMap(
      (part) => part.commands,
    );
    const first = Math.min(...commands.map(({ started_at }) => Date.parse(started_at)));
    const last = Math.max(...commands.map(({ ended_at }) => Date.parse(ended_at)));
    assert.is(Date.parse((await fetchedIn(run.folder))?.wanted_at ?? ''), Math.round((first + last) / 2));
  });
});

const refused: [sentence: string, prepare: (files: Map<string, Buffer>) => void, message: RegExp][] = [
  ['has no table', (files) => files.clear(), /^error E_INPUT: asn\.archive: no RIB within 24 hours of \S+ in http/],
  [
    'has no table near enough',
    (files) => {
      files.clear();
      files.set(tableOf(-30), RIB);
    },
    /the nearest in the folders around is of \S+, 30 hours away\n {2}a larger asn\.within_hours accepts/,
  ],
];
for (const [sentence, prepare, message] of refused) {
  test(`an archive that ${sentence} is refused before the first packet, and corrected it is taken`, async () => {
    await withTables(async (archive) => {
      const run = setUpRun(archive.base);
      prepare(archive.files);
      const { exitCode, stderr } = await cli('run', '-c', run.config, run.folder);
      assert.is(exitCode, 2);
      assert.match(stderr, message);
      assert.not.ok(existsSync(run.at('asked')));
      archive.files.set(tableOf(-30), RIB);
      const far = await cli('run', '-c', run.config, run.folder, '--set', 'asn.within_hours=31');
      assert.is(far.exitCode, 0, far.stdout + far.stderr);
    });
  });
}

test('an archive that nobody serves is refused before the first packet, by run and by doctor', async () => {
  const run = setUpRun('http://127.0.0.1:2/'); // no port that a test beside this one could be given
  const { exitCode, stderr } = await cli('run', '-c', run.config, run.folder);
  assert.is(exitCode, 2);
  assert.match(stderr, /^error E_INPUT: asn\.archive: .*ECONNREFUSED/);
  assert.not.ok(existsSync(run.at('asked')));
  const doctor = await cli('doctor', '-c', run.config);
  assert.is(doctor.exitCode, 1, doctor.stdout + doctor.stderr);
  assert.match(doctor.stdout, /source +asn\.archive: .*ECONNREFUSED/);
});

test('an archive that dies after the scan can be replaced; one that a table came from cannot', async () => {
  await withTables(async (first) => {
    const run = setUpRun(first.base);
    first.intercept = ({ method, url }, response) => {
      if (method !== 'GET' || !url?.endsWith('.gz')) return false;
      response.writeHead(403).end();
      return true;
    };
    const dead = await cli('run', '-c', run.config, run.folder);
    assert.is(dead.exitCode, 1, dead.stdout + dead.stderr);
    assert.match(dead.stderr, /asn\.archive: .*status 403\n {2}run the same command again/);
    await withTables(async (second) => {
      const set = ['--set', `asn.archive=${second.base}`];
      const { exitCode, stdout, stderr } = await cli('run', '-c', run.config, run.folder, ...set);
      assert.is(exitCode, 0, stdout + stderr);
      assert.is(new URL((await fetchedIn(run.folder))?.url ?? '').origin, new URL(second.base).origin);
      assert.is(readFileSync(run.at('asked'), 'utf8').trim().split('\n').length, 1, 'the scan is not made again');
      const back = await cli('run', '-c', run.config, run.folder);
      assert.is(back.exitCode, 2);
      assert.match(back.stderr, 'asn.archive was');
    });
  });
});

/** A run compares all files before it starts (2); one that is gone may have been removed on purpose, and its stage fails (1). */
const damages: [sentence: string, damage: (path: string) => void, message: RegExp, exit: number][] = [
  ['gone', (path) => rmSync(path), /is gone; the run fetched it from/, 1],
  ['another one', (path) => writeFileSync(path, RIB.subarray(1)), /raw\/fetched\/\S+ has other content/, 2],
];
for (const [sentence, damage, message, exit] of damages) {
  test(`a fetched table that is ${sentence} is refused by replay and by a run that needs it`, async () => {
    await withTables(async (archive) => {
      const run = setUpRun(archive.base);
      await cli('run', '-c', run.config, run.folder);
      damage(join(run.folder, (await fetchedIn(run.folder))?.file ?? ''));
      const replayed = await cli('replay', run.folder);
      assert.match(replayed.stderr, message);
      rmSync(join(run.folder, 'asn'), { recursive: true });
      const { exitCode, stderr } = await cli('run', '-c', run.config, run.folder);
      assert.is(exitCode, exit);
      assert.match(stderr, message);
    });
  });
}

const wrong: [asn: object, message: RegExp][] = [
  [{ archive: 'archive.example' }, /expected an http or https URL/],
  [{ archive: 'ftp://archive.example/' }, /expected an http or https URL/],
  [{ archive: 'http://me:secret@archive.example/' }, /expected an http or https URL/],
  [{ archive: 'http://archive.example/', rib: 'rib.gz' }, /expected rib or archive, not both/],
  [
    { archive: 'http://archive.example/', tool: { command: ['cat'] } },
    /archive does not work with a command of your own/,
  ],
  [{ within_hours: 0 }, /within_hours/],
];
for (const [asn, message] of wrong) {
  test(`${JSON.stringify(asn)} is no configuration`, () => {
    const parsed = Config.safeParse({ targets: { prefixes: ['198.18.0.0/24'] }, asn });
    assert.match(JSON.stringify(parsed.error?.issues ?? []), message);
  });
}

test('an archive of .bz2 files is refused before the first packet where bzip2 is missing', async () => {
  await withArchive({}, async (archive) => {
    archive.files.set(tableOf(-1, 'bz2'), RIB);
    const config = Config.parse({ targets: { prefixes: ['198.18.0.0/24'] }, asn: { archive: archive.base } });
    await source.check(config, new Date());
    const path = process.env.PATH;
    process.env.PATH = '/nonexistent';
    const error = await source.check(config, new Date()).catch((thrown: unknown) => thrown);
    process.env.PATH = path;
    assert.ok(error instanceof CensusError && error.code === 'E_PROGRAM_MISSING', String(error));
    assert.match(error.message, /has rib\..*\.bz2, and bzip2 is not installed/);
  });
});

test.run();
