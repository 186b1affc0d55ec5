// takes: long
import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { readManifest } from '../../orchestrator/core/folder/manifest.ts';
import { askedIn, cli, setUp } from './own-prober.ts';
import { scanned } from './stages/records.ts';

const test = suite('a prober of the user');

test('a prober of the user gets what is left of a prefix, also of opt-outs that came after the split', async () => {
  const prefixes = '198.18.9.0/29\n198.18.9.16/29\n198.18.9.32/29\n198.18.9.48/29\n';
  const wide = setUp('198.18.9.3\n', prefixes, 16);
  assert.is((await cli('run', '-c', wide.config, wide.folder)).exitCode, 1);
  const firstPart = ['198.18.9.0/31', '198.18.9.2/32', '198.18.9.4/30', '198.18.9.16/29'];
  assert.equal(askedIn(wide), firstPart);
  writeFileSync(wide.at('blocklist'), '198.18.9.3\n198.18.9.36/30\n198.18.9.48/29\n');
  const { exitCode, stdout, stderr } = await cli('run', '-c', wide.config, wide.folder);
  assert.is(exitCode, 0, stdout + stderr);
  assert.equal(askedIn(wide), [...firstPart, '198.18.9.32/30']);
  const counts = (await readManifest(wide.folder))?.stages.scan?.counts;
  assert.equal([counts?.units_in, counts?.failed, counts?.skipped], [32, { timeout: 19 }, { blocked: 13 }]);
  rmSync(wide.at('blocklist'));
  const replayed = await cli('replay', wide.folder);
  assert.is(replayed.exitCode, 0, replayed.stdout + replayed.stderr);
});

test('a prefix of more units than a part holds is asked in shards; opt-outs that come in between move nobody to another', async () => {
  const sharded = setUp('198.18.9.9\n', '198.18.9.0/27\n', 8);
  assert.is((await cli('run', '-c', sharded.config, sharded.folder)).exitCode, 1);
  assert.equal(askedIn(sharded), ['198.18.9.0/29']);
  writeFileSync(sharded.at('blocklist'), '198.18.9.8/31\n198.18.9.3\n198.18.9.24\n');
  const { exitCode, stdout, stderr } = await cli('run', '-c', sharded.config, sharded.folder);
  assert.is(exitCode, 0, stdout + stderr);
  const later = [
    '198.18.9.10/31',
    '198.18.9.12/30',
    '198.18.9.16/29',
    '198.18.9.25/32',
    '198.18.9.26/31',
    '198.18.9.28/30',
  ];
  assert.equal(askedIn(sharded), ['198.18.9.0/29', ...later]);
  const scan = (await readManifest(sharded.folder))?.stages.scan;
  const { units_in, failed, skipped } = scan?.counts ?? {};
  assert.equal([units_in, failed, skipped], [32, { timeout: 29 }, { blocked: 3 }]);
  assert.equal(
    Object.values(scan?.parts ?? {}).map(({ counts }) => counts.units_in),
    [8, 8, 8, 8],
  );
});

test('shards that were asked in another folder and copied in are done: their addresses are asked of nobody again', async () => {
  const [broken, whole] = [setUp(null, '198.18.9.0/27\n', 8), setUp(null, '198.18.9.0/27\n', 8)];
  assert.is((await cli('run', '-c', broken.config, broken.folder)).exitCode, 1);
  assert.is((await cli('run', '-c', whole.config, whole.folder)).exitCode, 1);
  assert.is((await cli('run', '-c', whole.config, whole.folder)).exitCode, 0);
  for (const part of ['00001', '00003']) {
    const files = ['json', 'parquet'].map((ending) => `scan/${part}.${ending}`);
    for (const file of [...files, `raw/scan/${part}`, `rejects/parts/scan-${part}.ndjson`])
      cpSync(join(whole.folder, file), join(broken.folder, file), { recursive: true });
  }
  const { exitCode, stdout, stderr } = await cli('run', '-c', broken.config, broken.folder);
  assert.is(exitCode, 0, stdout + stderr);
  assert.equal(askedIn(broken), ['198.18.9.0/29', '198.18.9.16/29']);
  const [here, there] = [await readManifest(broken.folder), await readManifest(whole.folder)];
  assert.equal(here?.stages.scan?.counts, there?.stages.scan?.counts);
  assert.is(here?.stages.scan?.digest, there?.stages.scan?.digest);
  // its times too: they were not decoded again
  for (const part of ['00001', '00003']) assert.equal(here?.stages.scan?.parts[part], there?.stages.scan?.parts[part]);
});

test('a prober that prints an address outside its prefix gets a reject for it, and the run goes on', async () => {
  const loose = setUp(null, '198.18.9.0/29\n', 16);
  const config = JSON.parse(readFileSync(loose.config, 'utf8'));
  const replies = ['198.18.9.1', '198.18.10.1'].map((address) => `${JSON.stringify(scanned(address, []))}\n`);
  writeFileSync(loose.at('replies'), replies.join(''));
  config.scan.tool = { command: ['bash', '-c', `cat >/dev/null; cat ${loose.at('replies')}`] };
  writeFileSync(loose.config, JSON.stringify(config));
  const { exitCode, stdout, stderr } = await cli('run', '-c', loose.config, loose.folder);
  assert.is(exitCode, 0, stdout + stderr);
  const counts = (await readManifest(loose.folder))?.stages.scan?.counts;
  assert.equal([counts?.units_in, counts?.answered, counts?.failed], [8, 1, { timeout: 7 }]);
  assert.match(readFileSync(join(loose.folder, 'rejects/scan.ndjson'), 'utf8'), 'not_asked: 198.18.10.1 80 v1');
});

test.run();
