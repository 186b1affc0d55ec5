// takes: long
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { readManifest } from '../../orchestrator/core/folder/manifest.ts';
import { askedIn, cli, setUp } from './own-prober.ts';

const test = suite('an opt-out that is saved while a run sends');

/**
 * The prober of a run asks on; in its first part it saves lines in the blocklist, which `save` says in shell, and waits to be ended. What it
 * was handed then was not asked.
 */
async function run(save: string, targets?: string) {
  const place = setUp('198.18.9.77\n', targets, 4);
  const prober = `n=$(cat ${place.at('count')} 2>/dev/null || echo 0); n=$((n+1)); echo $n >${place.at('count')}; if [ $n = 1 ]; then cd ${place.at('')}; ${save}; exec sleep 60; fi; cat >>${place.at('asked')}`;
  const config = JSON.parse(readFileSync(place.config, 'utf8'));
  config.scan = { ...config.scan, tool: { command: ['bash', '-c', prober] }, reread: '0.2s' };
  writeFileSync(place.config, JSON.stringify(config));
  const result = await cli('run', '-c', place.config, place.folder);
  const manifest = await readManifest(place.folder);
  return { ...place, result, manifest, scan: manifest?.stages.scan?.counts };
}

const one = await run('echo 198.18.9.2 >>blocklist');

test('ends the program that asks its owner, and the part begins again without', () => {
  assert.is(one.result.exitCode, 0, one.result.stdout + one.result.stderr);
  assert.equal(askedIn(one), ['198.18.9.1', '198.18.9.3', '198.18.9.4', '198.18.9.5', '198.18.9.6']);
  assert.is(readFileSync(one.at('count'), 'utf8').trim(), '3');
});

test('is counted, and the units add up', () => {
  assert.equal([one.scan?.units_in, one.scan?.failed, one.scan?.skipped], [6, { timeout: 5 }, { opted_out: 1 }]);
});

test('is kept with the run and told of', () => {
  const start = one.manifest?.starts.at(-1);
  const [reread] = start?.rereads ?? [];
  assert.is(start?.rereads.length, 1);
  assert.is(reread?.prefixes, 2);
  assert.is(readFileSync(join(one.folder, reread?.copy ?? ''), 'utf8'), '198.18.9.77\n198.18.9.2\n');
  assert.match(one.result.stdout, /^opt-outs +1 more$/m);
});

test('holds when the run is resumed, and cannot be taken back', async () => {
  writeFileSync(one.at('blocklist'), '198.18.9.77\n');
  const { exitCode, stderr } = await cli('run', '-c', one.config, one.folder);
  assert.is(exitCode, 2);
  assert.match(stderr, /does not cover 198\.18\.9\.2\/32, which opted out before/);
});

test('is not needed for a replay', async () => {
  rmSync(one.at('blocklist'));
  const { exitCode, stdout, stderr } = await cli('replay', one.folder);
  assert.is(exitCode, 0, stdout + stderr);
});

test('leaves a part alone that does not ask its owner, and holds in the parts to come', async () => {
  const later = await run(
    'echo 198.18.9.5 >>blocklist; until grep -q opt_outs stop 2>/dev/null; do sleep 0.1; [ -d run/blocklists ] && [ $(ls run/blocklists | wc -l) = 2 ] && break; done; cat >>asked; exit 0',
  );
  assert.is(later.result.exitCode, 0, later.result.stdout + later.result.stderr);
  assert.equal(askedIn(later), ['198.18.9.1', '198.18.9.2', '198.18.9.3', '198.18.9.4', '198.18.9.6']);
  assert.equal(later.scan?.skipped, { opted_out: 1 });
});

test('lines that nobody understands are kept with their reason, those beside them hold, and so does all that held', async () => {
  const faulty = await run('printf "198.18.9.3\\nnot an address\\n198.18.9.4 198.18.9.5\\n" >blocklist');
  assert.is(faulty.result.exitCode, 0, faulty.result.stdout + faulty.result.stderr);
  assert.equal(faulty.scan?.skipped, { opted_out: 1 });
  assert.ok(!askedIn(faulty).includes('198.18.9.3'));
  const rejects = readFileSync(join(faulty.folder, 'rejects/opt_outs.ndjson'), 'utf8').trim().split('\n');
  assert.equal(
    rejects.map((line) => [JSON.parse(line).reason, JSON.parse(line).line]),
    [
      ['line 2 is not an address, prefix or range', 'not an address'],
      ['line 3 is not an address, prefix or range', '198.18.9.4 198.18.9.5'],
    ],
  );
  const [reread] = faulty.manifest?.starts.at(-1)?.rereads ?? [];
  assert.equal([reread?.prefixes, reread?.rejected_lines], [2, 2]);
  const kept = readFileSync(join(faulty.folder, reread?.copy ?? ''), 'utf8');
  assert.match(kept, /^# what held from .*\n198\.18\.9\.77\/32\n198\.18\.9\.3\/32\n$/);
  assert.match(faulty.result.stdout, /^opt-outs +1 more; 2 lines are not understood .*line 2 is not/m);
  assert.match(faulty.result.stdout, '1 are no longer in the file and still hold for this run');
});

test('a prefix that opts out in part is asked for what is left of it', async () => {
  const prefix = await run('echo 198.18.9.2/31 >>blocklist', '198.18.9.0/29\n');
  assert.is(prefix.result.exitCode, 0, prefix.result.stdout + prefix.result.stderr);
  assert.equal(prefix.scan?.skipped, { opted_out: 2 });
  assert.equal(askedIn(prefix), ['198.18.9.0/31', '198.18.9.4/30']);
});

test.run();
