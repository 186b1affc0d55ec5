// takes: long
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { purgeLines } from '../../../orchestrator/purge/command.ts';
import { isDamage } from '../../../orchestrator/verify/finding.ts';
import { run, setUp, verify } from '../verify/whole-run.ts';

const test = suite('a purge that was ended');

test('is told of by run and verify, which ask for it to be repeated; after that the run is whole', async () => {
  const { config, folder } = setUp();
  await run(config, folder);
  const party = 'a-name-of-some-length-7.example';
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
