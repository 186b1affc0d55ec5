// takes: long
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { RIB } from '../../../../orchestrator/ip2asn-lite/test/archived-ribs.ts';
import { cliWords } from '../../../cli-words.ts';
import { cli } from '../../own-prober.ts';
import { asnOf, fetchedIn, inTable, setUpRun, withTables } from './archive-run.ts';

const test = suite('a download of the table of the day that breaks');

const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');

for (const signal of ['SIGKILL', 'SIGINT'] as const) {
  test(`a run that ${signal} ends within the download continues it, and never looks anything up in the half`, async () => {
    await withTables(async (archive) => {
      const run = setUpRun(archive.base);
      const half = Math.floor(RIB.length / 2);
      const child = spawn(process.execPath, [...cliWords, 'run', '-c', run.config, run.folder]);
      const ended = once(child, 'close');
      const said: string[] = [];
      child.stderr.on('data', (text) => said.push(String(text)));
      archive.intercept = ({ method, url }, response) => {
        if (method !== 'GET' || !url?.endsWith('.gz')) return false;
        response.writeHead(200, { etag: '"one"', 'content-length': RIB.length }).write(RIB.subarray(0, half));
        return true;
      };
      const folder = join(run.folder, 'raw/fetched/asn');
      const sizes = () =>
        !existsSync(folder)
          ? []
          : readdirSync(folder, { recursive: true, encoding: 'utf8' }).flatMap((name) =>
              name.endsWith('.part') ? [readFileSync(join(folder, name)).length] : [],
            );
      while (child.exitCode === null && !sizes().includes(half)) await new Promise((next) => setTimeout(next, 20));
      child.kill(signal);
      await ended;
      if (signal === 'SIGINT') assert.match(said.join(''), /error E_STOPPED: asn: stopped/);
      assert.is(await fetchedIn(run.folder), null);
      assert.not.ok(existsSync(join(run.folder, 'raw/fetched/asn.json')));
      const asked: unknown[] = [];
      archive.intercept = ({ url, headers }, response) => {
        if (!url?.endsWith('.gz')) return false;
        asked.push(headers.range);
        const place = `bytes ${half}-${RIB.length - 1}/${RIB.length}`;
        response.writeHead(206, { etag: '"one"', 'content-range': place }).end(RIB.subarray(half));
        return true;
      };
      const { exitCode, stdout, stderr } = await cli('run', '-c', run.config, run.folder);
      assert.is(exitCode, 0, stdout + stderr);
      assert.equal(asked, [`bytes=${half}-`]);
      assert.is(await asnOf(run.folder), inTable);
      assert.is((await fetchedIn(run.folder))?.sha256, sha256(RIB));
    });
  });
}

test('a table that the server ends early is thrown away, and the next start fetches it whole', async () => {
  await withTables(async (archive) => {
    const run = setUpRun(archive.base);
    archive.intercept = ({ method, url }, response) => {
      if (method !== 'GET' || !url?.endsWith('.gz')) return false;
      response.writeHead(200).end(RIB.subarray(0, 5000)); // no length: nobody could tell that it is cut
      return true;
    };
    const cut = await cli('run', '-c', run.config, run.folder);
    assert.is(cut.exitCode, 1, cut.stdout + cut.stderr);
    assert.match(cut.stderr, /^error E_INPUT: asn: the prefix table cannot be opened: /m);
    assert.is(await fetchedIn(run.folder), null);
    archive.intercept = () => false;
    const whole = await cli('run', '-c', run.config, run.folder);
    assert.is(whole.exitCode, 0, whole.stdout + whole.stderr);
    assert.is(await asnOf(run.folder), inTable);
  });
});

test('a file of names that cannot be read does not cost the table', async () => {
  await withTables(async (archive) => {
    const run = setUpRun(archive.base);
    writeFileSync(run.at('names'), Buffer.from([0x1f, 0x8b, 8, 0, 0]));
    const set = ['--set', 'asn.names=names'];
    const bad = await cli('run', '-c', run.config, run.folder, ...set);
    assert.is(bad.exitCode, 1, bad.stdout + bad.stderr);
    const kept = readdirSync(join(run.folder, 'raw/fetched/asn'), { recursive: true, encoding: 'utf8' });
    assert.is(kept.filter((name) => name.endsWith('.gz')).length, 1);
  });
});

test.run();
