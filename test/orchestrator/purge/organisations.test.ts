// takes: long
// runs: behind
import { copyFileSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { purgeLines } from '../../../orchestrator/purge/command.ts';
import { isDamage } from '../../../orchestrator/verify/finding.ts';
import { run, setUp, verify } from '../verify/whole-run.ts';

const test = suite('a purge of a run with a file of organisations');

const from = 'test/fixtures/organisations/caida.txt';

const changes: readonly [sentence: string, change: (path: string) => void][] = [
  ['has other content', (path) => writeFileSync(path, `${readFileSync(path, 'utf8')}\n`)],
  ['is gone', (path) => rmSync(path)],
];
for (const [sentence, change] of changes) {
  test(`is refused before it changes anything when that file ${sentence}: the report would be made of another one`, async () => {
    const { at, config, folder } = setUp();
    const path = at('organisations.txt');
    copyFileSync(from, path);
    writeFileSync(
      config,
      JSON.stringify({ ...JSON.parse(readFileSync(config, 'utf8')), asn: { organisations: path } }),
    );
    await run(config, folder);
    const purge = async () => {
      const party = 'a-name-of-some-length-7.example';
      for await (const _ of purgeLines(party, [folder], new AbortController().signal));
    };
    change(path);
    const { code, message, hint } = await purge().then(() => ({}), Object);
    assert.is(code, 'E_RUN_FOLDER');
    assert.match(message, `${path} ${sentence}`);
    assert.match(hint, 'put the file back to purge the run');
    assert.not(existsSync(join(folder, 'purging')));
    assert.equal((await verify(folder)).filter(isDamage), []);
    copyFileSync(from, path);
    await purge();
    assert.equal((await verify(folder)).filter(isDamage), []);
  });
}

test.run();
