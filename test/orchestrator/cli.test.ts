// takes: long
import { appendFileSync, existsSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { hostname, release, tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { cliWords } from '../cli-words.ts';
import { setUpRun } from './commands/set-up-run.ts';

const test = suite('cli');

async function cli(...args: string[]) {
  return await execa(process.execPath, [...cliWords, ...args], {
    reject: false,
    input: '',
  });
}

async function runWith(script: Parameters<typeof setUpRun>[0]) {
  const { config, folder } = setUpRun(script);
  return { ...(await cli('run', '-c', config, folder)), config, folder };
}

test("a run whose programs are all the user's own needs no privilege and ends with 0", async () => {
  const { exitCode, stdout, stderr, folder } = await runWith({});
  assert.is(exitCode, 0, stderr);
  assert.match(stdout, /^targets +done in .*3 in = 2 answered \+ 1 rejected \(url 1\)$/m);
  assert.match(stdout, /^scan +done in .*8 in = 0 answered \+ 2 failed \(timeout 2\) \+ 6 skipped \(duplicate 6\)$/m);
  assert.match(stdout, /Report: .*index\.html$/m);
  const page = readFileSync(join(folder, 'report', 'index.html'), 'utf8').replace(/<style>.*?<\/style>/gs, '');
  assert.match(page, 'list.csv');
  for (const ours of [folder, tmpdir(), hostname(), release(), userInfo().username]) {
    assert.not.match(page, new RegExp(`(?<![\\w-])${ours}(?![\\w-])`), `the page may be published, and says ${ours}`);
  }
});

test('a program that exits with 3 ends the run with 1; the line names stage, part, command, code and stderr; done parts stay', async () => {
  const script = `read -r line; case $line in *www.b*) echo 'no memory' >&2; exit 3;; *) printf '%s\\n' "$line" | { ${setUpRun({}).answer}; };; esac`;
  const { exitCode, stderr, folder } = await runWith({ resolve: ['bash', '-c', script] });
  assert.is(exitCode, 1);
  for (const word of [/^error E_PROGRAM_FAILED: resolve\/00003: bash exited with 3/m, /exit code 3/, /no memory/]) {
    assert.match(stderr, word);
  }
  const names = ['00000', '00001', '00002'].flatMap((part) => [`${part}.json`, `${part}.parquet`]);
  assert.equal(readdirSync(join(folder, 'resolve')), names);
});

test('a missing program stops the run before it starts, with 2 and one clear line', async () => {
  const { exitCode, stderr, folder } = await runWith({ resolve: ['no-such-resolver'] });
  assert.is(exitCode, 2);
  assert.match(stderr, /^error E_PROGRAM_MISSING: resolve needs no-such-resolver, which is not installed\n/);
  assert.not(existsSync(folder));
});

test('a program that prints rubbish ends the run with 1 and its words are kept', async () => {
  const { exitCode, stderr, folder } = await runWith({ scan: ['echo', 'Bus error'] });
  assert.is(exitCode, 1);
  assert.match(stderr, /^error E_PROGRAM_RUBBISH: scan\/00000: echo printed invalid output/m);
  assert.match(readFileSync(join(folder, 'rejects', 'parts', 'scan-00000.ndjson'), 'utf8'), 'Bus error');
});

test('a wrong configuration ends with 2 before anything is made', async () => {
  const { config, folder } = setUpRun({});
  const { exitCode, stderr } = await cli('run', '-c', config, folder, '--set', 'scan.rate=-1');
  assert.is(exitCode, 2);
  assert.match(stderr, /^error E_CONFIG: .*scan\.rate/);
  assert.not(existsSync(folder));
});

test('ctrl-c ends the program and the run with 1, says so, and leaves the folder free', async () => {
  const { config, folder } = setUpRun({ resolve: ['bash', '-c', 'echo begun >&2; exec sleep 60'] });
  const child = execa(process.execPath, [...cliWords, 'run', '-c', config, folder], {
    reject: false,
    timeout: 50_000,
  });
  // Not by its lines: leaving execa's iterable early waits for the end, which then is the time limit's.
  while (!existsSync(join(folder, 'raw', 'resolve', '00000.partial', 'command.stderr'))) {
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  child.kill('SIGINT');
  const { exitCode, stderr, timedOut } = await child;
  assert.not(timedOut);
  assert.is(exitCode, 1);
  assert.match(stderr, /^error E_STOPPED: resolve\/00000: stopped/m);
  assert.not(existsSync(join(folder, '.lock')));
});

test('a list without a target ends with 1 and no report of zeros', async () => {
  const { config, folder } = setUpRun({});
  writeFileSync(join(config, '..', 'list.csv'), '1,a name\n');
  const { exitCode, stderr } = await cli('run', '-c', config, folder);
  assert.is(exitCode, 1);
  assert.match(stderr, 'the target list holds no target');
  assert.not(existsSync(join(folder, 'report')));
});

test('a run folder that cannot be made is one line, and ends with 2', async () => {
  const { config } = setUpRun({});
  const { exitCode, stderr } = await cli('run', '-c', config, join(config, 'run'));
  assert.is(exitCode, 2);
  assert.match(stderr, /^error E_RUN_FOLDER: .* is a file, and a folder is needed there/);
});

test('replay ends with 0 while all rows are the same, and with 1 once a raw file was changed, which it names', async () => {
  const { folder } = await runWith({});
  const same = await cli('replay', folder);
  assert.is(same.exitCode, 0, same.stderr);
  assert.match(same.stdout, /^resolve +4 outputs, same rows$/m);
  appendFileSync(join(folder, 'raw', 'resolve', '00000', 'records.ndjson'), '\n');
  const changed = await cli('replay', folder);
  assert.is(changed.exitCode, 1);
  assert.match(changed.stdout, /^resolve +4 outputs, differs: raw\/resolve\/00000\/records\.ndjson$/m);
});

test('cat prints records as NDJSON, ends quietly when nobody reads on, and says what it does not have', async () => {
  const { folder } = await runWith({});
  const targets = await cli('cat', folder, 'targets');
  const names = targets.stdout.split('\n').map((line) => JSON.parse(line).target);
  assert.equal(names, ['a.example', 'www.a.example', 'b.example', 'www.b.example'], targets.stderr);
  const resolved = await cli('cat', folder, 'resolve', '--address', '198.18.9.9');
  assert.is(resolved.stdout.split('\n').length, 4, resolved.stderr);
  assert.equal((await cli('cat', folder, 'hosts')).stdout, '', 'nobody answered');
  const node = `${process.execPath} --import tsx orchestrator/cli.ts`;
  const head = await execa('bash', ['-o', 'pipefail', '-c', `${node} cat ${folder} targets | true`], { reject: false });
  assert.equal([head.exitCode, head.stderr], [0, '']);
  for (const [args, message] of [
    [['hots'], /^error E_INPUT: the run has no records named hots\n {2}there are: targets, .*hosts, details, domains$/],
    [['os'], /^error E_INPUT: the run left os out/],
    [['hosts', '--address', '10.0.0'], /^error E_INPUT: 10.0.0 is not an address/],
  ] as const) {
    const { exitCode, stderr, stdout } = await cli('cat', folder, ...args);
    assert.equal([exitCode, stdout], [2, '']);
    assert.match(stderr, message);
  }
});

test('judge ends with 1 when nothing on its input was a reply', async () => {
  const { exitCode, stderr } = await execa(process.execPath, [...cliWords, 'judge'], {
    reject: false,
    input: 'rubbish\n',
  });
  assert.is(exitCode, 1);
  assert.match(stderr, 'rejected: line 1: no JSON: rubbish');
});

test('every command has a help text with what it takes', async () => {
  const { stdout } = await cli('--help');
  for (const name of ['run', 'replay', 'verify', 'judge', 'doctor', 'init']) {
    assert.match(stdout, new RegExp(`^ +${name} `, 'm'));
    const help = await cli(name, '--help');
    assert.is(help.exitCode, 0);
    assert.match(help.stdout, 'Usage: ');
  }
});

test('init --all writes more keys than init, and every one of those', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'init-'));
  const [few, all] = ['few.yaml', 'all.yaml'].map((name) => join(folder, name));
  assert.is((await cli('init', few ?? '')).exitCode, 0);
  assert.is((await cli('init', '--all', all ?? '')).exitCode, 0);
  const keys = (file = ''): string[] => readFileSync(file, 'utf8').match(/^ *[a-z_]+:/gm) ?? [];
  assert.equal(
    keys(few).filter((key) => !keys(all).includes(key)),
    [],
  );
  assert.ok(keys(all).length > 3 * keys(few).length);
});

test('init writes a file once', async () => {
  const file = join(mkdtempSync(join(tmpdir(), 'init-')), 'census.yaml');
  assert.is((await cli('init', file)).exitCode, 0);
  assert.match(readFileSync(file, 'utf8'), 'contact: null');
  const again = await cli('init', file);
  assert.is(again.exitCode, 2);
  assert.match(again.stderr, 'already exists');
});

const usage: [args: string[], code: number, says: RegExp][] = [
  [['nonsense'], 2, /unknown command 'nonsense'/],
  [['run', '-c', 'x'], 2, /missing required argument 'folder'/],
  [['run', 'x'], 2, /required option '-c, --config <file>'/],
  [['replay', 'x', '--no-such'], 2, /unknown option '--no-such'/],
  [['judge', 'file.json'], 2, /too many arguments/],
  [[], 2, /Usage: mptcp-census/],
  [['--help'], 0, /^$/],
  [['run', '--help'], 0, /^$/],
  [['help', 'judge'], 0, /^$/],
  [['--version'], 0, /^$/],
];
for (const [args, code, says] of usage) {
  test(`mptcp-census ${args.join(' ')} ends with ${code}`, async () => {
    const { exitCode, stderr } = await cli(...args);
    assert.is(exitCode, code, stderr);
    assert.match(stderr, says);
  });
}

test.run();
