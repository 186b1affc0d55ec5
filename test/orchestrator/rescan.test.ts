// takes: long
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { accounted } from '../../orchestrator/core/folder/entries.ts';
import { readManifest } from '../../orchestrator/core/folder/manifest.ts';
import { row } from './dry-run/forecast.ts';
import { cli } from './own-prober.ts';
import { scanned } from './stages/records.ts';
import { sectionsOf, setUp } from './switched.ts';

const test = suite('a run that scans twice');

const addresses = Array.from({ length: 12 }, (_, n) => `198.18.9.${n + 1}`);

/**
 * A run without network. The prober's first call is the scan, in which all answer; later ones, a part of the rescan each, do what the shell
 * text of that number says before they answer. The last address answers the scan alone.
 */
function world(calls: Record<number, string> = {}) {
  const base = setUp();
  const { at } = base;
  const known = (name: string, found: string[]) =>
    writeFileSync(at(name), found.map((address) => `${JSON.stringify(scanned(address, []))}\n`).join(''));
  known('first', addresses);
  known('second', addresses.slice(0, -1));
  writeFileSync(at('addresses'), `${addresses.join('\n')}\n`);
  writeFileSync(at('blocklist'), '198.18.9.77\n');
  const cases = Object.entries(calls).map(([n, text]) => `${n}) ${text};;`);
  const prober = `cd ${at('')}; n=$(($(cat count 2>/dev/null || echo 0) + 1)); echo $n >count; case $n in ${cases.join(' ')} *) ;; esac
    [ $n = 1 ] && from=first || from=second
    grep -oE '198[0-9.]+' | tee -a asked.$from | while read -r a; do grep -F "\\"address\\":\\"$a\\"" $from; done; true`;
  const scan = {
    ...{ tool: { command: ['bash', '-c', prober] }, versions: [1], blocklist: 'blocklist', reread: '0.2s' },
  };
  const asked = (name: string) =>
    existsSync(at(`asked.${name}`))
      ? readFileSync(at(`asked.${name}`), 'utf8')
          .trim()
          .split('\n')
      : [];
  const run = (sections: object = {}) =>
    base.run({
      scan,
      handshake: { tool: { command: ['cat', '/dev/null'] } },
      parts: { rescan: 4 },
      rescan: 1,
      ...sections,
    });
  return { ...base, asked, run };
}

const square = (folder: string) => readFileSync(join(folder, 'report', 'rescan_pairs.csv'), 'utf8');
/** The cells of the row of not_offered: not_offered again, and silent. */
function cellsOf(folder: string): string[] {
  const [head = '', ...lines] = square(folder).trim().split('\n');
  const cells = lines.find((line) => line.startsWith('v1,80,not_offered,'))?.split(',') ?? [];
  return ['not_offered', 'silent'].map((name) => cells[head.split(',').indexOf(name, 3)] ?? '');
}

test('a start that broke in the rescan is gone on with: who was asked twice is asked no third time', async () => {
  const place = world({ 3: 'exit 3' });
  const broken = await place.run();
  assert.is.not(broken.exitCode, 0);
  assert.equal([broken.manifest.stages.scan?.status, broken.manifest.stages.rescan?.status], ['done', 'running']);
  assert.is(broken.manifest.stages.merge, undefined);
  const { exitCode, stderr, manifest, ran } = await place.run();
  assert.is(exitCode, 0, stderr);
  assert.equal(ran, ['rescan', 'merge', 'report']);
  assert.equal([place.asked('first'), place.asked('second').toSorted()], [addresses.toSorted(), addresses.toSorted()]);
  assert.equal(cellsOf(place.at('run')), ['11', '1']);
  assert.equal(manifest.stages.rescan?.counts?.failed, { timeout: 1 });
  const replay = await cli('replay', place.at('run'));
  assert.is(replay.exitCode, 0, replay.stdout + replay.stderr);
  assert.match(replay.stdout, /^rescan .*same rows/m);
});

test('who opts out while the rescan asks is asked no more, and is no endpoint that fell silent', async () => {
  const place = world({ 3: 'echo 198.18.9.4 >>blocklist; exec sleep 60' });
  const { exitCode, stdout, stderr, manifest } = await place.run();
  assert.is(exitCode, 0, stdout + stderr);
  const counts = manifest.stages.rescan?.counts;
  assert.equal([counts?.skipped, counts && accounted(counts)], [{ opted_out: 1 }, 12]);
  assert.not(place.asked('second').includes('198.18.9.4'));
  assert.equal(cellsOf(place.at('run')), ['10', '1']);
  assert.match(readFileSync(join(place.at('run'), 'report', 'summary.csv'), 'utf8'), /^rescan_addresses,11$/m);
  const replay = await cli('replay', place.at('run'));
  assert.is(replay.exitCode, 0, replay.stdout + replay.stderr);
  const purge = await cli('purge', '198.18.9.12', place.at('run'));
  assert.is(purge.exitCode, 0, purge.stdout + purge.stderr);
  assert.equal(cellsOf(place.at('run')), ['10', '0']);
});

test('a finished run is given one later, which asks nobody else; what is switched on after it leaves it alone', async () => {
  const place = world();
  await place.run({ rescan: false });
  const { result_sha256: result } = (await readManifest(place.at('run'))) ?? {};
  assert.equal(place.asked('second'), []);
  assert.not(existsSync(join(place.at('run'), 'rescanned.parquet')));
  assert.equal(square(place.at('run')).trim().split('\n').length, 1);
  const dry = ['run', '--dry-run', '-c', place.at('census.yaml'), place.at('run'), '--set', 'rescan=1'];
  const open = row((await cli(...dry)).stdout, 'rescan');
  assert.equal([open[1], open[2]], ['3 of 3', '12']);
  const on = await place.run();
  assert.equal(on.ran, ['rescan', 'merge', 'report']);
  assert.is(on.manifest.result_sha256, result);
  assert.equal(cellsOf(place.at('run')), ['11', '1']);
  const os = await place.run(sectionsOf(place, 'os'));
  assert.equal([os.ran, place.asked('second').length], [['os', 'merge', 'report'], 12]);
});

test('before the scan a dry run says at most how many are drawn', async () => {
  const folder = world();
  writeFileSync(
    folder.at('census.yaml'),
    JSON.stringify({
      lab: true,
      lab_ranges: ['198.18.0.0/15'],
      targets: { prefixes: ['198.18.0.0/16'] },
      rescan: 0.01,
    }),
  );
  const { stdout, stderr } = await cli('run', '--dry-run', '-c', folder.at('census.yaml'), folder.at('run'));
  const [, , units] = row(stdout, 'rescan');
  // 655 addresses are due, with a deviation of 25; two versions of each.
  assert.is(units, '0 to 1,516', stdout + stderr);
  assert.match(stdout, /^rescan: everything that scan sends, once more, to 1 % of its addresses, drawn by the seed$/m);
});

test.run();
