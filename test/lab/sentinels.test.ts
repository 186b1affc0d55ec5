// needs: root
// takes: long

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { execa } from 'execa';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { readManifest } from '../../orchestrator/core/folder/manifest.ts';
import { tearDown } from '../../scripts/lab/teardown.ts';
import { skipUnless } from '../skip.ts';
import { standUp, startCensus } from './census-in-lab.ts';
import { whyNoLab } from './inside.ts';

const test = suite('lab/sentinels');
const reason = await whyNoLab();

/** Of the world `tiny`: one of each kind, all of which answer. */
const sentinels = { v1: '198.18.4.1', v0: '198.18.50.1', plain: '198.18.33.1' };

if (!skipUnless(reason === null, 'lab/sentinels', reason ?? '')) {
  test('a sentinel that is cut off in the middle of the scan marks the run, which says so beside its shares', async () => {
    const stand = await standUp({ world: 'tiny' });
    try {
      const run = stand.folder('impaired');
      const set = Object.entries(sentinels).flatMap(([kind, address]) => ['--set', `sentinels.${kind}=${address}`]);
      const keys = ['confirm=false', 'path.ping=false', 'scan.retries=0', 'scan.versions=[1]', 'resolve.families=[4]'];
      const fewer = keys.flatMap((key) => ['--set', key]);
      const running = startCensus(stand, ['run', '-c', stand.config, ...set, ...fewer, run], { timeout: 120_000 });
      const router = stand.lab.namespaces.find((name) => name.endsWith('router')) ?? '';
      const checks = async () => (await readManifest(run))?.sentinels ?? [];
      for (let tries = 0; tries < 600 && (await checks()).length < 3; tries += 1) await pause(50);
      await execa('ip', ['-n', router, 'route', 'add', 'blackhole', `${sentinels.v1}/32`]);
      const { exitCode, stdout, stderr } = await running;
      assert.is(exitCode, 0, stdout + stderr);
      const manifest = await readManifest(run);
      const found = manifest?.vantage_impaired?.map(({ stage, moment, sentinel }) => `${stage} ${moment} ${sentinel}`);
      assert.equal(found?.includes('scan end v1'), true, JSON.stringify(manifest?.sentinels));
      assert.equal(
        found?.filter((one) => !one.endsWith(' v1')),
        [],
      );
      assert.equal(found?.includes('scan start v1'), false);
      const summary = await readFile(join(run, 'report', 'summary.txt'), 'utf8');
      assert.match(summary, /LOST {2}scan: vantage_impaired: the sentinel for v1/);
      assert.match(
        summary,
        /of \d+ endpoints with a SYN\/ACK to the v1 probe \(\d+\.\d\d\s%\); VANTAGE POINT IMPAIRED: v1 at the/,
      );
    } finally {
      await tearDown(stand.lab);
    }
  });
}

test.run();
