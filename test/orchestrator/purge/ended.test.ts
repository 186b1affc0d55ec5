// takes: long
import { readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { purgeLines } from '../../../orchestrator/purge/command.ts';
import { isDamage } from '../../../orchestrator/verify/finding.ts';
import { run, setUp, verify } from '../verify/whole-run.ts';

const test = suite('a purge that cannot come to its end');

const { config, folder, at } = setUp();
await run(config, folder);

const gone: [path: string, title: string][] = [
  ['raw', 'all raw files'],
  ['raw/resolve', 'those of a stage'],
  ['raw/resolve/00000', 'those of a part'],
  ['raw/targets/input', 'what a stage was cut into'],
];
test('where raw files are gone a purge refuses before it changes anything, since the party would stay in the records', async () => {
  const states = async () => (await verify(folder)).map(({ told, path }) => `${told} ${path}`);
  for (const [path, title] of gone) {
    renameSync(join(folder, path), at('away'));
    const before = await states();
    const lines = purgeLines('a-name-of-some-length-7.example', [folder], new AbortController().signal);
    const { code, message, hint } = await lines.next().then(() => ({ code: null, message: '', hint: '' }), Object);
    assert.is(code, 'E_RUN_FOLDER', title);
    assert.match(message, /raw\/\S+ is gone: the records of \w+ cannot be made again without the party$/);
    assert.match(hint, /remove the whole run folder/);
    assert.equal(await states(), before, title);
    renameSync(at('away'), join(folder, path));
  }
  const told: string[] = [];
  const folders = [at('no-run'), folder, at('none-either')];
  const all = async () => {
    for await (const line of purgeLines('a-name-of-some-length-7.example', folders, new AbortController().signal))
      told.push(line);
  };
  const { message } = await all().then(() => ({ message: '' }), Object);
  assert.is(told.length, 1, 'a run that the party cannot be removed from hinders no other');
  assert.match(told.join(), `${folder}: `);
  assert.match(message, /^nothing was purged from .*\/no-run: .*; .*\/none-either: /);
});

test('one that was ended is told of by run and verify, which ask for it to be repeated; after that the run is whole', async () => {
  const party = 'a-name-of-some-length-9.example';
  const purge = async (signal: AbortSignal, whose = party) => {
    const lines: string[] = [];
    for await (const line of purgeLines(whose, [folder], signal)) lines.push(line);
    return lines;
  };
  const thrown = (work: Promise<unknown>) => work.then(() => null, Object);
  assert.ok(await thrown(purge(AbortSignal.abort())), 'it was ended');
  const { message, hint } = await thrown(run(config, folder));
  assert.match(message, /^a purge of .* was ended before its end/);
  assert.match(hint, /^repeat it: mptcp-census purge/);
  const findings = await verify(folder);
  assert.ok(findings.some(isDamage), 'it was ended half way');
  assert.ok(findings.some(({ told, path }) => told === 'open' && path === 'purging'));
  const other = await thrown(purge(new AbortController().signal, 'a-name-of-some-length-8.example'));
  assert.match(other.message, /^a purge of another party was ended in .* before its end/);
  assert.not.match(readFileSync(join(folder, 'purging'), 'utf8'), party);
  assert.is((await purge(new AbortController().signal, `${party.toUpperCase()}`)).length, 1);
  assert.equal((await verify(folder)).filter(isDamage), []);
  await run(config, folder);
});

test.run();
