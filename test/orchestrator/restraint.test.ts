// takes: long
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { readManifest } from '../../orchestrator/core/folder/manifest.ts';

const test = suite('restraint');

/**
 * Six addresses in three parts. The prober of the test writes down whom it was asked for; its second part breaks the first time.
 */
function setUp(blocklist: string) {
  const root = mkdtempSync(join(tmpdir(), 'restraint-'));
  const at = (name: string) => join(root, name);
  writeFileSync(at('addresses'), '198.18.9.1\n198.18.9.2\n198.18.9.3\n198.18.9.4\n198.18.9.5\n198.18.9.6\n');
  writeFileSync(at('blocklist'), blocklist);
  const prober = `n=$(cat ${at('count')} 2>/dev/null || echo 0); n=$((n+1)); echo $n >${at('count')}; [ $n = 2 ] && exit 3; cat >>${at('asked')}`;
  const config = {
    lab: true,
    lab_ranges: ['198.18.0.0/15'],
    targets: { addresses: 'addresses' },
    scan: { tool: { command: ['bash', '-c', prober] }, versions: [1], rate: 100, blocklist: 'blocklist' },
    handshake: { tool: { command: ['cat', '/dev/null'] } },
    path: { ping: false },
    parts: { scan: 2 },
  };
  writeFileSync(at('census.yaml'), JSON.stringify(config));
  return { at, config: at('census.yaml'), folder: at('run') };
}

async function cli(...args: string[]) {
  return await execa(process.execPath, ['--import', 'tsx', 'orchestrator/cli.ts', ...args], {
    reject: false,
    input: '',
  });
}

const broken = setUp('198.18.9.1\n');
const first = await cli('run', '-c', broken.config, broken.folder);
const asked = () =>
  readFileSync(broken.at('asked'), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line).target);

test('the run breaks in its second part, with the first one done', () => {
  assert.is(first.exitCode, 1, first.stdout + first.stderr);
  assert.equal(asked(), ['198.18.9.2', '198.18.9.3']);
});

test('an opt-out that is dropped is refused before anything is asked, and is named', async () => {
  writeFileSync(broken.at('blocklist'), '198.18.9.77\n');
  const { exitCode, stderr } = await cli('run', '-c', broken.config, broken.folder);
  assert.is(exitCode, 2);
  assert.match(stderr, /^error E_RUN_FOLDER: .*does not cover 198\.18\.9\.1\/32/);
  assert.is(asked().length, 2);
});

test('a line that nobody understands is refused with file and line', async () => {
  writeFileSync(broken.at('blocklist'), '198.18.9.1\n198.18.9.4 198.18.9.5\n');
  const { exitCode, stderr } = await cli('run', '-c', broken.config, broken.folder);
  assert.is(exitCode, 2);
  assert.match(stderr, /blocklist, line 2: "198\.18\.9\.4 198\.18\.9\.5" is not/);
  assert.is(asked().length, 2);
});

test('a higher rate is refused with both values', async () => {
  writeFileSync(broken.at('blocklist'), '198.18.9.1\n');
  const { exitCode, stderr } = await cli('run', '-c', broken.config, broken.folder, '--set', 'scan.rate=101');
  assert.is(exitCode, 2);
  assert.match(stderr, 'scan.rate was 100 and is 101 now');
});

test('opt-outs added between two starts are honoured in parts that were split before, and the counts add up', async () => {
  writeFileSync(
    broken.at('blocklist'),
    '# grown\n198.18.9.6\n198.18.9.0/31 ; as a set it holds the first\n198.18.9.5\n',
  );
  const set = ['--set', 'scan.rate=50', '--set', 'contact=ops@survey.example'];
  const { exitCode, stdout, stderr } = await cli('run', '-c', broken.config, broken.folder, ...set);
  assert.is(exitCode, 0, stdout + stderr);
  assert.equal(asked(), ['198.18.9.2', '198.18.9.3', '198.18.9.4']);
  const manifest = await readManifest(broken.folder);
  const counts = manifest?.stages.scan?.counts;
  assert.equal([counts?.units_in, counts?.failed, counts?.skipped], [6, { timeout: 3 }, { blocked: 3 }]);
  const start = manifest?.starts.at(-1);
  assert.equal(Object.keys(start?.changed ?? {}).sort(), ['contact', 'scan.rate']);
  assert.is(start?.blocklist?.prefixes, 3);
  assert.match(readFileSync(join(broken.folder, start?.blocklist?.copy ?? ''), 'utf8'), /^# grown/);
});

test('a replay needs no blocklist and gives the same rows', async () => {
  rmSync(broken.at('blocklist'));
  const { exitCode, stdout, stderr } = await cli('replay', broken.folder);
  assert.is(exitCode, 0, stdout + stderr);
});

test('a part of which everybody opted out starts no program', async () => {
  const gone = setUp('198.18.9.77\n');
  assert.is((await cli('run', '-c', gone.config, gone.folder)).exitCode, 1);
  writeFileSync(gone.at('blocklist'), '198.18.9.77\n198.18.9.3-198.18.9.6\n');
  const { exitCode, stdout, stderr } = await cli('run', '-c', gone.config, gone.folder);
  assert.is(exitCode, 0, stdout + stderr);
  assert.is(readFileSync(gone.at('count'), 'utf8').trim(), '2');
  assert.equal((await readManifest(gone.folder))?.stages.scan?.counts?.skipped, { blocked: 4 });
});

test.run();
