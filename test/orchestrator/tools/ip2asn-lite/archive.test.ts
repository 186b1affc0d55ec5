// takes: long
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
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
import { address, setUpRun, tableOf, withTables } from './archive-run.ts';

const test = suite('the table of the day');

const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');
const fetchedIn = async (folder: string) => (await readManifest(folder))?.stages.asn?.fetched ?? null;

async function asnOf(folder: string): Promise<number | null> {
  const { stdout } = await cli('cat', folder, 'asn', '--address', address);
  return JSON.parse(stdout).asn;
}

const inTable = (769 * 2654435761) % 400_000;

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
    assert.ok(hours > 0.9 && hours < 1.2, String(hours));
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

test('a run that is killed within the download continues it, and never looks anything up in the half', async () => {
  await withTables(async (archive) => {
    const run = setUpRun(archive.base);
    const half = Math.floor(RIB.length / 2);
    const child = spawn(process.execPath, [
      '--import',
      'tsx',
      'orchestrator/cli.ts',
      'run',
      '-c',
      run.config,
      run.folder,
    ]);
    const ended = once(child, 'close');
    archive.intercept = ({ method, url }, response) => {
      if (method !== 'GET' || !url?.endsWith('.gz')) return false;
      response.writeHead(200, { etag: '"one"', 'content-length': RIB.length }).write(RIB.subarray(0, half));
      return true;
    };
    const folder = join(run.folder, 'raw/fetched/asn');
    const sizes = () =>
      !existsSync(folder)
        ? []
        : readdirSync(folder, { recursive: true, encoding: 'utf8' }).flatMap((name) =>
            name.endsWith('.part') ? [readFileSync(join(folder, name)).length] : [],
          );
    while (child.exitCode === null && !sizes().includes(half)) await new Promise((next) => setTimeout(next, 20));
    child.kill('SIGKILL');
    await ended;
    assert.is(await fetchedIn(run.folder), null);
    assert.not.ok(existsSync(join(run.folder, 'raw/fetched/asn.json')));
    const asked: unknown[] = [];
    archive.intercept = ({ url, headers }, response) => {
      if (!url?.endsWith('.gz')) return false;
      asked.push(headers.range);
      const place = `bytes ${half}-${RIB.length - 1}/${RIB.length}`;
      response.writeHead(206, { etag: '"one"', 'content-range': place }).end(RIB.subarray(half));
      return true;
    };
    const { exitCode, stdout, stderr } = await cli('run', '-c', run.config, run.folder);
    assert.is(exitCode, 0, stdout + stderr);
    assert.equal(asked, [`bytes=${half}-`]);
    assert.is(await asnOf(run.folder), inTable);
    assert.is((await fetchedIn(run.folder))?.sha256, sha256(RIB));
  });
});

test('a table that the server ends early is thrown away, and the next start fetches it whole', async () => {
  await withTables(async (archive) => {
    const run = setUpRun(archive.base);
    archive.intercept = ({ method, url }, response) => {
      if (method !== 'GET' || !url?.endsWith('.gz')) return false;
      response.writeHead(200).end(RIB.subarray(0, 5000)); // no length: nobody could tell that it is cut
      return true;
    };
    const cut = await cli('run', '-c', run.config, run.folder);
    assert.is(cut.exitCode, 1, cut.stdout + cut.stderr);
    assert.match(cut.stderr, /^error E_INPUT: asn: the prefix table cannot be opened: /m);
    assert.is(await fetchedIn(run.folder), null);
    archive.intercept = () => false;
    const whole = await cli('run', '-c', run.config, run.folder);
    assert.is(whole.exitCode, 0, whole.stdout + whole.stderr);
    assert.is(await asnOf(run.folder), inTable);
  });
});

test('a file of names that cannot be read does not cost the table', async () => {
  await withTables(async (archive) => {
    const run = setUpRun(archive.base);
    writeFileSync(run.at('names'), Buffer.from([0x1f, 0x8b, 8, 0, 0]));
    const set = ['--set', 'asn.names=names'];
    const bad = await cli('run', '-c', run.config, run.folder, ...set);
    assert.is(bad.exitCode, 1, bad.stdout + bad.stderr);
    const kept = readdirSync(join(run.folder, 'raw/fetched/asn'), { recursive: true, encoding: 'utf8' });
    assert.is(kept.filter((name) => name.endsWith('.gz')).length, 1);
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
  const gone = { base: '' };
  await withArchive({}, async ({ base }) => {
    gone.base = base;
  });
  const run = setUpRun(gone.base);
  const { exitCode, stderr } = await cli('run', '-c', run.config, run.folder);
  assert.is(exitCode, 2);
  assert.match(stderr, /^error E_INPUT: asn\.archive: .*ECONNREFUSED/);
  assert.not.ok(existsSync(run.at('asked')));
  const { stdout } = await cli('doctor', '-c', run.config);
  assert.match(stdout, /missing .*source +asn\.archive: .*ECONNREFUSED/);
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

const damages: [sentence: string, damage: (path: string) => void, message: RegExp][] = [
  ['gone', (path) => rmSync(path), /is gone; the run fetched it from/],
  ['another one', (path) => writeFileSync(path, RIB.subarray(1)), /has other content; the run fetched it from/],
];
for (const [sentence, damage, message] of damages) {
  test(`a fetched table that is ${sentence} is refused by replay and by a run that needs it`, async () => {
    await withTables(async (archive) => {
      const run = setUpRun(archive.base);
      await cli('run', '-c', run.config, run.folder);
      damage(join(run.folder, (await fetchedIn(run.folder))?.file ?? ''));
      const replayed = await cli('replay', run.folder);
      assert.match(replayed.stderr, message);
      rmSync(join(run.folder, 'asn'), { recursive: true });
      const { exitCode, stderr } = await cli('run', '-c', run.config, run.folder);
      assert.is(exitCode, 1);
      assert.match(stderr, message);
    });
  });
}

const wrong: [asn: object, message: RegExp][] = [
  [{ archive: 'archive.example' }, /expected an http or https URL/],
  [{ archive: 'ftp://archive.example/' }, /expected an http or https URL/],
  [{ archive: 'http://me:secret@archive.example/' }, /expected an http or https URL/],
  [{ archive: 'http://archive.example/', rib: 'rib.gz' }, /expected rib or archive, not both/],
  [{ archive: 'http://archive.example/', tool: { command: ['cat'] } }, /a command of your own gets no archive/],
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
    process.env.PATH = '';
    const error = await source.check(config, new Date()).catch((thrown: unknown) => thrown);
    process.env.PATH = path;
    assert.ok(error instanceof CensusError && error.code === 'E_PROGRAM_MISSING', String(error));
    assert.match(error.message, /has rib\..*\.bz2, and bzip2 is not installed/);
  });
});

test.run();
