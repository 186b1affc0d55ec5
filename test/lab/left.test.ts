// needs: root
// takes: long
import { rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { tearDown } from '../../scripts/lab/teardown.ts';
import { stages } from '../chaos/plan.ts';
import { endUnder } from '../chaos/start.ts';
import { skipUnless } from '../skip.ts';
import { standUp, startCensus } from './census-in-lab.ts';
import { inside, whyNoLab } from './inside.ts';

const test = suite('lab/left');

const reason = await whyNoLab();
if (!skipUnless(reason === null, 'lab/left', reason ?? '')) {
  test('of a run that was killed while it sent, or held connections, nothing is left: no program, no setting', async () => {
    const stand = await standUp({ world: 'tiny' });
    const settings = async () =>
      (await inside(stand.lab, ['sysctl', '-n', 'net.mptcp.blackhole_timeout', 'net.ipv4.ip_local_reserved_ports'])) +
      (await inside(stand.lab, ['ip', 'mptcp', 'limits']));
    const others = async () =>
      (await inside(stand.lab, ['sh', '-c', 'ip netns pids "$0"', stand.lab.scanner])).split('\n').length;
    try {
      await inside(stand.lab, ['ip', 'mptcp', 'limits', 'set', 'subflows', '8', 'add_addr_accepted', '8']);
      await inside(stand.lab, ['sysctl', '-qw', 'net.ipv4.ip_local_port_range=1024 65535']);
      const [before, alone] = [await settings(), await others()];
      assert.match(before, '3600');
      for (const [stage, afterMs] of [
        ['scan', 700],
        ['handshake', 0],
        ['handshake', 900],
      ] as const) {
        const run = startCensus(stand, ['run', '-c', stand.config, stand.folder('run')], { timeout: 100_000 });
        const strike = async (end: (signal: 'SIGKILL') => void) => end('SIGKILL');
        const { fell } = await endUnder(run, { stage: stages.findIndex(([name]) => name === stage), afterMs, strike });
        assert.ok(fell, `${stage} after ${afterMs} ms: it was killed`);
        for (let tries = 0; tries < 50 && ((await others()) > alone || (await settings()) !== before); tries++);
        assert.is(await others(), alone, `${stage} after ${afterMs} ms: programs`);
        assert.is(await settings(), before, `${stage} after ${afterMs} ms: settings`);
      }
    } finally {
      await tearDown(stand.lab);
      await rm(dirname(stand.folder('x')), { recursive: true, force: true });
    }
  });
}

test.run();
