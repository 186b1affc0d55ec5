// takes: long
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { readManifest } from '../../orchestrator/core/folder/manifest.ts';
import { askedIn, cli, setUp } from './own-prober.ts';

const test = suite('a run whose first units are asked alone');

const addresses = Array.from({ length: 12_000 }, (_, n) => `198.18.${n >> 8}.${n & 255}\n`);
const place = setUp('198.18.9.77\n', addresses.join(''), 20_000);
const asked = () => (existsSync(place.at('asked')) ? askedIn(place) : []);
const config = JSON.parse(readFileSync(place.config, 'utf8'));
config.scan = { ...config.scan, tool: { command: ['bash', '-c', `cat >>${place.at('asked')}`] }, canary: {} };
writeFileSync(place.config, JSON.stringify(config));
const run = (...more: string[]) => cli('run', '-c', place.config, place.folder, ...more);
const first = await run();
const alone = asked();

test('ends when nobody of them answers, and nobody else is asked', () => {
  assert.is(first.exitCode, 1, first.stdout + first.stderr);
  assert.match(
    first.stderr,
    /^error E_CANARY: scan\/0000\d, the canary: 0 of \d+ units answered, less than .*; nobody else was asked$/m,
  );
  assert.match(first.stderr, '--set scan.canary=false');
  assert.ok(alone.length > 80 && alone.length < 170, `${alone.length} were asked`);
});

test('ends again where it is started again, and asks nobody', async () => {
  const again = await run();
  assert.is(again.exitCode, 1);
  assert.match(again.stderr, 'E_CANARY');
  assert.is(asked().length, alone.length);
});

test('goes on when it is told to, and asks nobody twice', async () => {
  const told = await run('--set', 'scan.canary=false');
  assert.is(told.exitCode, 0, told.stdout + told.stderr);
  const all = asked();
  assert.is(all.length, addresses.length - 1);
  assert.is(new Set(all).size, all.length);
  const counts = (await readManifest(place.folder))?.stages.scan?.counts;
  assert.equal([counts?.units_in, counts?.failed, counts?.skipped], [12_000, { timeout: 11_999 }, { blocked: 1 }]);
});

test.run();
