// takes: long
import { cpSync, mkdirSync, readFileSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { someAtOnce } from '../../../orchestrator/core/side-by-side/at-once.ts';
import { setUpRun } from './set-up-run.ts';
import { cli, finished, type Place, requireOneLine, shell } from './shell.ts';

const test = suite('causes outside the program');

const made = finished();

const garbage = Buffer.from(Array.from({ length: 400 }, (_, i) => (i * 37 + 11) % 256));
const halve = (path: string) => truncateSync(path, Math.floor(readFileSync(path).length / 2));
function folderInPlaceOf(path: string): void {
  rmSync(path, { recursive: true });
  mkdirSync(path);
}
function circle(path: string): void {
  rmSync(path, { recursive: true, force: true });
  symlinkSync(path, path);
}

type Case = [
  says: string,
  args: (place: Place) => string,
  spoil: (place: Place) => void,
  exitCode: number,
  says: RegExp,
];
const asBefore = () => undefined;

const cases: Case[] = [
  [
    'cat of a table that was cut',
    (p) => `cat ${p.folder} hosts`,
    (p) => halve(join(p.folder, 'hosts.parquet')),
    2,
    /^error E_INPUT: the database says: .*hosts\.parquet/,
  ],
  [
    'cat of records that are no Parquet',
    (p) => `cat ${p.folder} targets`,
    (p) => writeFileSync(join(p.folder, 'targets/00000.parquet'), garbage),
    2,
    /^error E_INPUT: the database says/,
  ],
  ['cat of a folder that is none', (p) => `cat ${p.config} hosts`, asBefore, 2, /E_(RUN_FOLDER|INPUT)/],
  [
    'a manifest that is a folder',
    (p) => `cat ${p.folder} hosts`,
    (p) => folderInPlaceOf(join(p.folder, 'manifest.json')),
    2,
    /manifest\.json/,
  ],
  ['a configuration that is a folder', (p) => `run -c ${p.root} ${p.folder}`, asBefore, 2, /^error E_CONFIG/],
  [
    'a configuration of bytes',
    (p) => `run -c ${p.config} ${p.folder}`,
    (p) => writeFileSync(p.config, garbage),
    2,
    /^error E_CONFIG/,
  ],
  [
    'a list that is a folder',
    (p) => `run -c ${p.config} ${p.root}/new`,
    (p) => folderInPlaceOf(join(p.root, 'list.csv')),
    2,
    /^error E_INPUT/,
  ],
  [
    'a run folder that leads to itself',
    (p) => `run -c ${p.config} ${p.root}/loop`,
    (p) => circle(join(p.root, 'loop')),
    2,
    /loop/,
  ],
  [
    'a replay into a file',
    (p) => `replay ${p.folder} --into ${p.config}/x`,
    asBefore,
    2,
    /^error E_RUN_FOLDER: .* is a file, and a folder is needed there/,
  ],
  [
    'a replay of raw files that were cut',
    (p) => `replay ${p.folder}`,
    (p) => halve(join(p.folder, 'raw/resolve/00001/commands.json')),
    2,
    /^error E_RUN_FOLDER: resolve\/00001: a raw file cannot be read/,
  ],
  [
    'a replay of units that were changed',
    (p) => `replay ${p.folder}`,
    (p) => writeFileSync(join(p.folder, 'raw/resolve/input/00001.ndjson'), garbage),
    2,
    /00001\.ndjson/,
  ],
  ['verify of nothing', (p) => `verify ${p.root}/none`, asBefore, 2, /^error E_RUN_FOLDER/],
  [
    'a purge of a run whose raw files were cut',
    (p) => `purge b.example ${p.folder}`,
    (p) => halve(join(p.folder, 'raw/resolve/00001/commands.json')),
    2,
    /^error E_RUN_FOLDER/,
  ],
  [
    'judge with a report where a file is',
    (p) => `judge --report ${p.config}`,
    asBefore,
    2,
    /^error E_RUN_FOLDER: EEXIST/,
  ],
  [
    'judge of input that is a folder',
    (p) => `judge < ${p.root}`,
    asBefore,
    2,
    /^error E_INPUT: standard input is a folder/,
  ],
  [
    'init into a folder that does not exist',
    (p) => `init ${p.root}/none/x.yaml`,
    asBefore,
    2,
    /^error E_INPUT: ENOENT/,
  ],
  [
    'doctor with a configuration that does not exist',
    (p) => `doctor -c ${p.root}/none.yaml`,
    asBefore,
    2,
    /^error E_CONFIG/,
  ],
];

/** Each on a copy of its own, two at once: most of the time goes into starting. */
const ended = (async () => {
  const { folder } = await made;
  const results = new Map<string, { exitCode: number | undefined; stderr: string }>();
  await someAtOnce(cases, 2, async ([says, args, spoil]) => {
    const place = setUpRun({});
    cpSync(folder, place.folder, { recursive: true });
    spoil(place);
    results.set(says, await shell(`${cli} ${args(place)}`));
  });
  return results;
})();

for (const [says, , , exitCode, message] of cases) {
  test(`${says} is one line and a hint`, async () => {
    const result = (await ended).get(says);
    requireOneLine(result?.stderr ?? '', message);
    assert.is(result?.exitCode, exitCode);
  });
}

test('a line of a program that a terminal would obey is shown in the error', async () => {
  const { config, folder } = setUpRun({ resolve: ['bash', '-c', "printf '\\033[2Jgone\\n' >&2; exit 3"] });
  const { exitCode, stderr, stdout } = await shell(`${cli} run -c ${config} ${folder}`);
  assert.is(exitCode, 1);
  assert.match(stderr, '\\u001b[2Jgone');
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these must not be there
  assert.not.match(stdout + stderr, /[\x00-\x08\x0b-\x1f\x7f-\x9f]/);
});

test.run();
