// takes: long
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Config } from '../../orchestrator/config/config.ts';
import { readOptOuts } from '../../orchestrator/config/restraint.ts';
import { sha256Of } from '../../orchestrator/core/folder/files.ts';
import { readManifest } from '../../orchestrator/core/folder/manifest.ts';
import { askedIn, cli, setUp } from './own-prober.ts';

const test = suite('restraint');

const broken = setUp('198.18.9.1\n');
const first = await cli('run', '-c', broken.config, broken.folder);
const asked = () => askedIn(broken);

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

test('opt-outs added between two starts are honoured, beside other changes that are let through, in parts that were split before, and the counts add up', async () => {
  writeFileSync(
    broken.at('blocklist'),
    '# grown\n198.18.9.6\n198.18.9.0/31 ; as a set it holds the first\n198.18.9.5\n',
  );
  const changes = ['scan.rate=50', 'contact=ops@survey.example', 'memory=600MB'];
  const leaving = ['scan.interface=lo', 'scan.gateway_mac=02:00:00:00:00:07'];
  const set = [...changes, ...leaving].flatMap((change) => ['--set', change]);
  const { exitCode, stdout, stderr } = await cli('run', '-c', broken.config, broken.folder, ...set);
  assert.is(exitCode, 0, stdout + stderr);
  assert.equal(asked(), ['198.18.9.2', '198.18.9.3', '198.18.9.4']);
  const manifest = await readManifest(broken.folder);
  const counts = manifest?.stages.scan?.counts;
  assert.equal([counts?.units_in, counts?.failed, counts?.skipped], [6, { timeout: 3 }, { blocked: 3 }]);
  const start = manifest?.starts.at(-1);
  const changed = ['contact', 'memory', 'scan.gateway_mac', 'scan.interface', 'scan.rate'];
  assert.equal(Object.keys(start?.changed ?? {}).sort(), changed);
  assert.is(start?.blocklist?.prefixes, 3);
  assert.match(readFileSync(join(broken.folder, start?.blocklist?.copy ?? ''), 'utf8'), /^# grown/);
});

test('a replay of a finished run gives the same rows, whether the blocklist grew since or is gone', async () => {
  writeFileSync(broken.at('blocklist'), '198.18.0.0/15\n');
  const grown = await cli('replay', broken.folder);
  assert.is(grown.exitCode, 0, grown.stdout + grown.stderr);
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

test('a blocklist may come where there was none; an empty one is a list like any other, and drops nobody', async () => {
  const open = setUp(null);
  assert.is((await cli('run', '-c', open.config, open.folder)).exitCode, 1);
  assert.equal(askedIn(open), ['198.18.9.1', '198.18.9.2']);
  writeFileSync(open.at('late'), '64:ff9b::198.18.9.4\n');
  const set = ['--set', `scan.blocklist=${open.at('late')}`];
  const { exitCode, stdout, stderr } = await cli('run', '-c', open.config, open.folder, ...set);
  assert.is(exitCode, 0, stdout + stderr);
  assert.equal(askedIn(open), ['198.18.9.1', '198.18.9.2', '198.18.9.3', '198.18.9.5', '198.18.9.6']);
  writeFileSync(open.at('late'), '198.18.9.4 ; who is reached behind a translator too\n');
  assert.is((await cli('run', '-c', open.config, open.folder, ...set)).exitCode, 0);
  const without = await cli('run', '-c', open.config, open.folder);
  assert.is(without.exitCode, 2);
  assert.match(without.stderr, 'no blocklist does not cover 198.18.9.4/32');
  writeFileSync(open.at('late'), '# nobody\n');
  const emptied = await cli('run', '-c', open.config, open.folder, ...set);
  assert.is(emptied.exitCode, 2);
  assert.match(emptied.stderr, 'does not cover 198.18.9.4/32');
});

const damages: [sentence: string, damage: (copy: string) => void][] = [
  ['gone', (copy) => rmSync(copy)],
  ['no longer to be read', (copy) => writeFileSync(copy, '198.18.9.77 198.18.9.78\n')],
  ['emptied', (copy) => writeFileSync(copy, '')],
  ['changed by a byte that means nothing', (copy) => writeFileSync(copy, '198.18.9.77 \n')],
];
for (const [sentence, damage] of damages) {
  test(`a kept blocklist that is ${sentence} stops the run before anything is asked, and is named`, async () => {
    const kept = setUp('198.18.9.77\n');
    assert.is((await cli('run', '-c', kept.config, kept.folder)).exitCode, 1);
    const copy = (await readManifest(kept.folder))?.starts.at(-1)?.blocklist?.copy ?? '';
    damage(join(kept.folder, copy));
    const { exitCode, stderr } = await cli('run', '-c', kept.config, kept.folder);
    assert.is(exitCode, 2);
    assert.match(stderr, `${copy} is not the blocklist that the run kept there`);
    assert.is(readFileSync(kept.at('count'), 'utf8').trim(), '2');
  });
}

/** The manifest as versions before the copies wrote it: the blocklist is an input like others. */
async function age({ folder, at }: ReturnType<typeof setUp>, bytes: string): Promise<void> {
  const path = join(folder, 'manifest.json');
  const manifest = JSON.parse(readFileSync(path, 'utf8'));
  delete manifest.self_sha256;
  for (const start of manifest.starts) delete start.blocklist;
  manifest.inputs[at('blocklist')] = { sha256: sha256Of(bytes), bytes: bytes.length };
  writeFileSync(path, JSON.stringify(manifest));
}

test('a run that kept no copy goes on with the bytes it began with, and takes more opt-outs from then on', async () => {
  const old = setUp('198.18.9.1\n');
  assert.is((await cli('run', '-c', old.config, old.folder)).exitCode, 1);
  await age(old, '198.18.9.1\n');
  writeFileSync(old.at('blocklist'), '198.18.9.1\n198.18.9.6\n');
  const grown = await cli('run', '-c', old.config, old.folder);
  assert.is(grown.exitCode, 2);
  assert.match(grown.stderr, /is not what the run began with.*\n.*resume once with the blocklist as it was/);
  assert.is(askedIn(old).length, 2);
  writeFileSync(old.at('blocklist'), '198.18.9.1\n');
  const resumed = await cli('run', '-c', old.config, old.folder);
  assert.is(resumed.exitCode, 0, resumed.stdout + resumed.stderr);
  writeFileSync(old.at('blocklist'), '198.18.9.1\n198.18.9.6\n');
  assert.is((await cli('run', '-c', old.config, old.folder)).exitCode, 0);
});

test('a list without an entry is refused outside the lab, before anything else', () => {
  const root = mkdtempSync(join(tmpdir(), 'restraint-'));
  writeFileSync(join(root, 'nobody'), '# nobody yet\n');
  const config = (lab: boolean) =>
    Config.parse({
      ...(lab ? { lab, lab_ranges: ['198.18.0.0/15'] } : {}),
      targets: { list: 'x' },
      scan: { blocklist: join(root, 'nobody') },
    });
  assert.throws(() => readOptOuts(config(false)), /has no entries/);
  assert.equal(readOptOuts(config(true))?.prefixes, []);
});

test('a pipe or a folder is no blocklist, and is not waited for', async () => {
  const root = mkdtempSync(join(tmpdir(), 'restraint-'));
  await execa('mkfifo', [join(root, 'pipe')]);
  for (const blocklist of [root, join(root, 'pipe'), '/dev/zero']) {
    const config = Config.parse({
      lab: true,
      lab_ranges: ['198.18.0.0/15'],
      targets: { list: 'x' },
      scan: { blocklist },
    });
    assert.throws(() => readOptOuts(config), /is not a plain file/);
  }
});

test.run();
