// takes: long
// runs: behind
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { isDamage } from '../../../../orchestrator/verify/finding.ts';
import { cli } from '../../own-prober.ts';
import { verify } from '../../verify/whole-run.ts';
import { asnOf, inTable, setUpRun, withTables } from './archive-run.ts';

const test = suite('the table of the day of a stage that is switched off, and in a purge');

test('the stage may be switched off and on again: the table is not fetched twice, and another one is refused', async () => {
  await withTables(async (archive) => {
    const run = setUpRun(archive.base);
    const config = JSON.parse(readFileSync(run.config, 'utf8'));
    const start = async (asn: object) => {
      writeFileSync(run.config, JSON.stringify({ ...config, asn }));
      return await cli('run', '-c', run.config, run.folder);
    };
    const first = await start({ archive: archive.base });
    assert.is(first.exitCode, 0, first.stderr);
    const asked = archive.log.length;
    const off = await start({});
    assert.is(off.exitCode, 0, off.stderr);
    const page = () => readFileSync(join(run.folder, 'report/index.html'), 'utf8');
    assert.not.match(page(), 'asn.table_of', 'no number on the page is of this table');
    const other = await start({ archive: `${archive.base}/other` });
    assert.is(other.exitCode, 2);
    assert.match(other.stderr, 'error E_');
    const on = await start({ archive: archive.base });
    assert.is(on.exitCode, 0, on.stderr);
    assert.match(page(), 'asn.table_of');
    assert.is(await asnOf(run.folder), inTable);
    assert.is(archive.log.slice(asked).filter((line) => /GET .*\.gz/.test(line)).length, 0);
    assert.equal((await verify(run.folder)).filter(isDamage), []);
  });
});

test('a purge leaves the table and what is said of it alone, also where the party has the name or address of the archive', async () => {
  await withTables(async (archive) => {
    const run = setUpRun(archive.base);
    const first = await cli('run', '-c', run.config, run.folder);
    assert.is(first.exitCode, 0, first.stderr);
    for (const party of ['198.18.3.2', new URL(archive.base).hostname]) {
      const purge = await cli('purge', party, run.folder);
      assert.is(purge.exitCode, 0, purge.stdout + purge.stderr);
      assert.equal((await verify(run.folder)).filter(isDamage), [], party);
    }
    const replay = await cli('replay', run.folder);
    assert.is(replay.exitCode, 0, replay.stdout + replay.stderr);
  });
});

test.run();
