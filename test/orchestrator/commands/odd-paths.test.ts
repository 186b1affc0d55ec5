// takes: long
import { cpSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { filesSql } from '../../../orchestrator/core/database/sql.ts';
import { filesBelow, sha256File } from '../../../orchestrator/core/folder/files.ts';
import { readManifest } from '../../../orchestrator/core/folder/manifest.ts';
import { pathText } from '../../../orchestrator/view/visible.ts';
import { setUpRun } from './set-up-run.ts';
import { cli, finished, shell } from './shell.ts';

const test = suite('names of folders above a run');

/** To the database a folder NAME=VALUE is a column of all that lies below it, over one of that name in the file. */
const odd = 'address=1, name=2;type=3 \'"$&';

const quoted = (path: string) => `'${path.replaceAll("'", "'\\''")}'`;

test('whatever they are, a run below them has the records and the result of any other', async () => {
  const plain = await finished();
  const { root, config } = setUpRun({});
  const above = join(root, odd, 'run=other', 'name=x');
  mkdirSync(above, { recursive: true });
  const folder = join(above, 'run');
  const { exitCode, stderr } = await shell(`${cli} run -c ${config} ${quoted(folder)}`);
  assert.equal([exitCode, stderr], [0, '']);
  const [here, there] = [await readManifest(folder), await readManifest(plain.folder)];
  assert.is(here?.result_sha256, there?.result_sha256);
  for (const stage of ['targets', 'resolve', 'scan'])
    assert.is(here?.stages[stage]?.digest, there?.stages[stage]?.digest);
});

test('one that is moved below them is read as it was', async () => {
  const { root, folder } = await finished();
  const moved = join(root, odd, 'run=other', 'name=x', 'run');
  mkdirSync(join(moved, '..'), { recursive: true });
  cpSync(folder, moved, { recursive: true });
  for (const words of ['cat RUN domains', 'cat RUN resolve', 'cat RUN targets --address 198.18.9.9', 'verify RUN']) {
    const [before, after] = await Promise.all(
      [folder, moved].map((path) => shell(`${cli} ${words.replace('RUN', () => quoted(path))}`)),
    );
    const told = after?.stdout.replaceAll(pathText(moved), folder);
    assert.equal([after?.exitCode, told], [before?.exitCode, before?.stdout], words);
  }
  const replayed = await shell(`${cli} replay ${quoted(moved)}`);
  assert.equal([replayed.exitCode, replayed.stderr], [0, '']);
});

/** What would be an error of ours, if the newline in front of it were printed. */
const forged = '\nerror E_FORGED: x';

const printing = [
  'run -c CONFIG RUN',
  'run --dry-run -c CONFIG RUN',
  'replay RUN',
  'verify RUN',
  'purge nobody.example RUN',
  'history RUN --out RUN.history',
  'site RUN --out RUN.site',
  'release RUN --out RUN.release',
  'judge --report RUN.judged < test/fixtures/zmap/v0.ndjson',
];
test('a newline in the name of a folder begins no line of what is printed', async () => {
  const { root, config } = setUpRun({});
  mkdirSync(join(root, forged));
  for (const words of printing) {
    const given = words.replaceAll(/RUN(\.\w+)?/g, (_, end = '') => quoted(join(root, forged, `run${forged}${end}`)));
    const { exitCode, stdout, stderr } = await shell(`${cli} ${given.replace('CONFIG', config)}`);
    assert.equal([words, exitCode, stderr], [words, 0, '']);
    assert.not.match(stdout, /^error/m, words);
  }
});

/** A folder whose name, as a pattern, is that of the run beside it. */
const pattern = 'ru[mn]';

const readers = [
  'run -c CONFIG RUN.new',
  'cat RUN domains',
  'audit RUN',
  'release RUN --out OUT',
  'release OTHER --out RUN.out',
  'purge b.example RUN',
  'history RUN --out OUT',
  'diff RUN OTHER',
  'judge --report OUT --temp RUN </dev/null',
  'traffic --temp RUN test/fixtures/linux618.pcap',
];
test('of a run in a folder whose name is a pattern no other run is read: each command names it and writes nothing', async () => {
  const { root, folder, config } = await finished();
  const moved = join(root, pattern);
  cpSync(folder, moved, { recursive: true });
  const files = () => filesBelow(root).then((names) => Promise.all(names.map((name) => sha256File(join(root, name)))));
  const before = await files();
  for (const words of readers) {
    const given = words
      .replaceAll('RUN', quoted(moved))
      .replace('OTHER', folder)
      .replace('OUT', join(root, 'out'))
      .replace('CONFIG', config);
    const { exitCode, stdout, stderr } = await shell(`${cli} ${given}`);
    assert.not.equal(exitCode, 0, words);
    assert.not.match(stdout, '{', words);
    assert.match(stderr, 'takes for a pattern', words);
    assert.equal(await files(), before, words);
  }
});

test('files are read as tables at one place, where folders are no columns and paths are no patterns', () => {
  const readers = readdirSync('orchestrator', { recursive: true, encoding: 'utf8' })
    .filter((path) => /\.(ts|sql)$/.test(path))
    // these two are for readers of a data set, below folders of their own
    .filter((path) => !/^(release\/describe-table|site\/pages\/data)\.ts$/.test(path))
    .flatMap((path) =>
      readFileSync(join('orchestrator', path), 'utf8')
        .split('\n')
        .flatMap((line) => (/\bread_\S+\(/.test(line) ? [path] : [])),
    );
  assert.equal(readers, ['core/database/sql.ts']);
  for (const reader of ['parquet', 'csv', 'json'] as const) {
    assert.is(filesSql(reader, ["it's"], 'x = 1'), `read_${reader}(['it''s'], hive_partitioning = false, x = 1)`);
    assert.throws(() => filesSql(reader, ['/runs/ok', '/runs/a[b]']), /takes for a pattern/);
    assert.throws(() => filesSql(reader, [{ folder: '/runs/a?', pattern: '*' }]), /takes for a pattern/);
    assert.match(filesSql(reader, [{ folder: '/runs/a', pattern: '*' }]), "['/runs/a/*'],");
  }
});

test.run();
