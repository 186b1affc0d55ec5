// takes: long
// runs: behind
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { lockFolder } from '../../../orchestrator/core/folder/lock.ts';
import { sealText } from '../../../orchestrator/core/folder/sealed.ts';
import { purgeLines } from '../../../orchestrator/purge/command.ts';
import { verifyLines } from '../../../orchestrator/verify/command.ts';
import { isDamage } from '../../../orchestrator/verify/finding.ts';
import { bytesOf, finishedRun, runUpTo, setUp, verify } from './whole-run.ts';

const test = suite('verify');

const whole = await finishedRun();
let copies = 0;

/** A copy of the finished run, changed. */
function changed(change: (folder: string) => void): string {
  copies += 1;
  const folder = join(whole.at(`copy-${copies}`), 'run');
  mkdirSync(whole.at(`copy-${copies}`));
  cpSync(whole.folder, folder, { recursive: true });
  change(folder);
  return folder;
}

/** What verify says of damage, in short. */
async function damageIn(folder: string): Promise<string[]> {
  return (await verify(folder)).filter(isDamage).map(({ told, path }) => `${told} ${path}`);
}

const raw = 'raw/resolve/00000/records.ndjson.gz';

/** Another byte at one place. */
const flipped = (file: string, at: number) => (folder: string) => {
  const bytes = bytesOf(folder, file);
  bytes[at] = (bytes[at] ?? 0) ^ 4;
  writeFileSync(join(folder, file), bytes);
};

const cases: readonly [sentence: string, change: (folder: string) => void, damage: string[]][] = [
  ['nothing', () => undefined, []],
  ['a byte of records', flipped('targets/00000.parquet', 40), ['differs targets/00000.parquet']],
  ['a byte of the content of a compressed file', flipped(raw, 60), [`differs ${raw}`]],
  ['the time in its header, which changes no content', flipped(raw, 5), [`differs ${raw}`]],
  [
    'a byte in what was put aside',
    flipped('raw/superseded/resolve-00000.0/commands.json', 9),
    ['differs raw/superseded/resolve-00000.0/commands.json'],
  ],
  ['a byte in a replay', flipped('replay/domains.parquet', 50), ['differs replay/domains.parquet']],
  ['a raw file that is gone', (folder) => rmSync(join(folder, raw)), [`missing ${raw}`]],
  [
    'all raw files of a part',
    (folder) => rmSync(join(folder, 'raw/resolve/00000'), { recursive: true }),
    ['missing raw/resolve/00000/'],
  ],
  [
    'a file more',
    (folder) => writeFileSync(join(folder, 'raw/resolve/00000/answers.txt'), ''),
    ['unexpected raw/resolve/00000/answers.txt'],
  ],
  [
    'a folder in the place of a file',
    (folder) => {
      rmSync(join(folder, 'hosts.parquet'));
      mkdirSync(join(folder, 'hosts.parquet'));
    },
    ['differs hosts.parquet'],
  ],
  [
    'a pipe in the place of a file, which nobody fills',
    (folder) => {
      rmSync(join(folder, 'domains.parquet'));
      execFileSync('bash', ['-c', 'mkfifo domains.parquet'], { cwd: folder });
    },
    ['differs domains.parquet'],
  ],
  [
    'a damaged manifest beside damaged records',
    (folder) => {
      flipped('manifest.json', 3000)(folder);
      flipped('resolve/00000.parquet', 40)(folder);
    },
    ['differs manifest.json', 'differs resolve/00000.parquet'],
  ],
  [
    'an entry of another run of the same units',
    (folder) => {
      const text = bytesOf(folder, 'resolve/00001.json').toString();
      const { self_sha256: _, ...entry } = JSON.parse(text);
      writeFileSync(
        join(folder, 'resolve/00001.json'),
        sealText('resolve/00001.json', { ...entry, ended_at: '2026-01-01T00:00:00.000Z' }, 1),
      );
    },
    ['differs resolve/00001.json'],
  ],
  [
    'a fetched table that is another one',
    (folder) => {
      mkdirSync(join(folder, 'raw/fetched/asn'), { recursive: true });
      writeFileSync(join(folder, 'raw/fetched/asn/rib'), 'another');
      const entry = {
        ...{ file: 'raw/fetched/asn/rib', url: 'http://a.example/rib', content_at: '', wanted_at: '' },
        ...{ distance_hours: 0, sha256: 'of the table', bytes: 7, fetched_at: '' },
      };
      writeFileSync(join(folder, 'raw/fetched/asn.json'), sealText('raw/fetched/asn.json', entry, 1));
    },
    ['differs raw/fetched/asn/rib'],
  ],
];
for (const [sentence, change, damage] of cases) {
  test(`names ${sentence}, and no other file`, async () => assert.equal(await damageIn(changed(change)), damage));
}

test('a raw file that is there in both forms, as a kill may leave it, is no damage', async () => {
  const folder = changed((at) => writeFileSync(join(at, raw.slice(0, -3)), gunzipSync(bytesOf(at, raw))));
  assert.equal(await damageIn(folder), []);
});

test('a run that was ended says which stages are not done, and what is done is compared', async () => {
  const place = setUp();
  const error = await runUpTo('handshake', place.config, place.folder).then(
    () => null,
    (thrown: unknown) => thrown,
  );
  assert.ok(error, 'it was stopped');
  const findings = await verify(place.folder);
  assert.equal(findings.filter(isDamage), []);
  assert.ok(findings.some(({ told, path }) => told === 'open' && path === 'report'));
});

/** A run as a version made it that took fewer hashes. */
function age(folder: string): void {
  const strip = (path: string, indent: number): void => {
    const young = new Set(['self_sha256', 'packed_sha256', 'rejects_sha256']);
    const value = JSON.parse(readFileSync(path, 'utf8'), (key, part) => (young.has(key) ? undefined : part));
    writeFileSync(path, `${JSON.stringify(value, null, indent)}\n`);
  };
  for (const name of ['replay', 'raw/superseded']) rmSync(join(folder, name), { recursive: true });
  for (const file of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    if (/(^|\/)(manifest|cut|\d{5})\.json$/.test(file)) strip(join(folder, file), 1);
  }
}

test('a run whose version took fewer hashes is compared as far as it took them, and that is said', async () => {
  const folder = changed(age);
  const findings = await verify(folder);
  assert.equal(findings.filter(isDamage), []);
  const unhashed = findings.filter(({ told }) => told === 'unhashed').map(({ path }) => path);
  for (const path of ['manifest.json', 'resolve/00000.json', raw, 'rejects/parts/targets-00000.ndjson']) {
    assert.ok(unhashed.includes(path), path);
  }
  flipped(raw, 60)(folder);
  assert.equal(await damageIn(folder), [`differs ${raw}`]);
});

test('a purged run is as whole as it was before', async () => {
  const folder = changed(() => undefined);
  const lines: string[] = [];
  for await (const line of purgeLines('a-name-of-some-length-7.example', [folder], new AbortController().signal)) {
    lines.push(line);
  }
  assert.match(lines.join(), /[1-9]\d* lines/);
  assert.equal(await damageIn(folder), []);
});

async function said(folder: string): Promise<{ lines: string[]; damaged: boolean }> {
  const lines: string[] = [];
  let damaged = false;
  const on = {
    tell: () => undefined,
    damage: () => {
      damaged = true;
    },
  };
  for await (const line of verifyLines([folder], on)) lines.push(line);
  return { lines, damaged };
}

test('each file has one line with what to do about it, whatever its name, and the last one is the sum', async () => {
  const clean = await said(whole.folder);
  assert.not(clean.damaged);
  assert.is(clean.lines.length, 1);
  assert.match(clean.lines[0] ?? '', /run: \d+ files, .* MB compared: all as they were written$/);
  const { lines, damaged } = await said(
    changed((folder) => {
      writeFileSync(join(folder, 'odd\nname\u001b[2J'), '');
      renameSync(join(folder, 'hosts.parquet'), join(folder, '-rf'));
    }),
  );
  assert.ok(damaged);
  assert.equal(lines.map((line) => line.slice(0, 30)).slice(0, -1), [
    'missing    hosts.parquet is go',
    'unexpected -rf belongs to no s',
    'unexpected "odd\\nname\\u001b[2J'.slice(0, 30),
  ]);
  assert.match(lines[0] ?? '', 'the next run makes it again, without a packet');
  assert.match(lines.at(-1) ?? '', /: 1 missing, 2 unexpected$/);
});

test('a folder without a run, and one that a run works in, are refused', async () => {
  const refused = async (folder: string) => await said(folder).then(() => '', String);
  assert.match(await refused(whole.at('nowhere')), 'holds no run');
  const folder = changed(() => undefined);
  const release = await lockFolder(folder);
  assert.match(await refused(folder), `process ${process.pid} is at work`);
  await release();
  assert.not((await said(folder)).damaged);
});

test.run();
