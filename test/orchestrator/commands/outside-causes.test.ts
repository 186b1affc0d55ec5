// takes: long
import { cpSync, mkdirSync, readFileSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { commands } from '../../../orchestrator/commands/commands.ts';
import { someAtOnce } from '../../../orchestrator/core/process/turns.ts';
import { errorCodes } from '../../../orchestrator/errors.ts';
import { setUpRun } from './set-up-run.ts';

const test = suite('causes outside the program');

const cli = `${process.execPath} --import tsx orchestrator/cli.ts`;

/** Runs a line of the shell with the program in it, as a user writes it. */
async function shell(line: string) {
  const { exitCode, stdout, stderr } = await execa('bash', ['-o', 'pipefail', '-c', line], {
    reject: false,
    input: '',
  });
  return { exitCode, stdout, stderr };
}

async function finished() {
  const { config, folder, root } = setUpRun({});
  const { exitCode, stderr } = await shell(`${cli} run -c ${config} ${folder}`);
  assert.is(exitCode, 0, stderr);
  return { config, folder, root };
}
const made = finished();

interface Place {
  config: string;
  /** A copy of a finished run. */
  folder: string;
  root: string;
}

/** A line and a hint, by a code of the catalogue, and never a stack. */
function requireOneLine(stderr: string, says: RegExp): void {
  assert.not.match(stderr, /^\s+at .*:\d+:\d+\)?$/m);
  const [, code = ''] = /^error (E_[A-Z_]+): ./m.exec(stderr) ?? [];
  assert.ok(code in errorCodes, stderr);
  assert.match(stderr, says);
}

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
    'a dry run whose scratch folder does not exist',
    (p) => `TMPDIR=${p.root}/none run --dry-run -c ${p.config} ${p.root}/new`,
    asBefore,
    2,
    /^error E_INPUT: ENOENT/,
  ],
  [
    'a replay into a file',
    (p) => `replay ${p.folder} --into ${p.config}/x`,
    asBefore,
    2,
    /^error E_RUN_FOLDER: ENOTDIR/,
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
    // What is set for the program comes before its name.
    const line = args(place).replace(/^(TMPDIR=\S+ )?/, (set) => `${set}${cli} `);
    results.set(says, await shell(line));
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

/** What each command that prints is given. */
const printing: Readonly<Record<string, (place: Place) => string>> = {
  init: ({ root }) => `init ${root}/new-${Math.random()}.yaml`,
  doctor: () => 'doctor',
  run: ({ config, root }) => `run -c ${config} ${root}/run-${Math.random()}`,
  cat: ({ folder }) => `cat ${folder} resolve`,
  replay: ({ folder, root }) => `replay ${folder} --into ${root}/replay-${Math.random()}`,
  verify: ({ folder }) => `verify ${folder}`,
  purge: ({ folder }) => `purge nobody.example ${folder}`,
  judge: () => 'judge < test/fixtures/zmap/v0.ndjson',
};

test('of every command it is known here what it prints', () => {
  const names: string[] = [];
  const program = {
    command: (name: string) => {
      names.push(name);
    },
  };
  for (const add of commands) {
    try {
      Reflect.apply(add, undefined, [program, {}]);
    } catch {
      // it goes on with what `command` gives
    }
  }
  assert.equal(names.sort(), Object.keys(printing).sort());
});

for (const [name, args] of Object.entries(printing)) {
  test(`${name} ends quietly when its reader goes away, and with 1 when its output cannot be written`, async () => {
    const place = await made;
    const [gone, full] = await Promise.all([
      shell(`${cli} ${args(place)} | true`),
      shell(`${cli} ${args(place)} > /dev/full`),
    ]);
    assert.is(gone.stderr, '');
    // doctor has said what is missing before anybody goes away.
    if (name !== 'doctor') assert.is(gone.exitCode, 0);
    assert.is(full.exitCode, 1);
    requireOneLine(full.stderr, /^error E_OUTPUT: standard output cannot be written: ENOSPC/m);
    assert.is(full.stderr.match(/E_OUTPUT/g)?.length, 1);
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
