// needs: root
// runs: apart: it scans at 20,000 packets a second; a receiver that is starved loses answers
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { skipUnless } from '../skip.ts';
import { addKernelServers, gatewayMac, joinDirectly, type Lab, whyNoLab, withLab } from './lab.ts';
import { scanLines, zmap } from './zmap.ts';

const test = suite('65,536 kernel MPTCP servers are found, every one');
const missing = await whyNoLab();

/** MPTCP_SYNSCAN_RUNS=5 (make -C zmap-module lab-full) is the full count; one run each keeps CI short. */
const runs = Number(process.env.MPTCP_SYNSCAN_RUNS ?? 1);
const servers = 65_536;

async function countCapable(lab: Lab, threads: number): Promise<number> {
  const lines = await scanLines(lab, {
    probe: 'v1',
    args: ['-T', String(threads), '198.18.0.0/16'],
    rate: 20_000,
    fields: ['target', 'classification'],
  });
  const found = new Set(lines.filter((line) => line.includes('"mp_capable"')));
  return found.size;
}

/** zmap's own module in the same lab, without the plug-in's validation: what it finds is printed, not required. */
async function countStock(lab: Lab, threads: number): Promise<number> {
  const send = ['-M', 'tcp_synscan', '-p', '80', '-r', '20000', '-T', String(threads), '-G', gatewayMac, '-c', '2'];
  const { stdout } = await zmap(lab, [...send, '-O', 'csv', '-f', 'saddr,classification', '198.18.0.0/16']);
  return new Set(stdout.split('\n').filter((line) => line.endsWith(',synack'))).size;
}

for (const threads of [1, 2]) {
  for (let run = 1; run <= runs; run++) {
    test(`with -T ${threads} at 20,000/s, run ${run} of ${runs}`, async () => {
      if (skipUnless(missing === null, 'kernel servers', missing ?? '')) return;
      await withLab(async (lab) => {
        await joinDirectly(lab);
        await addKernelServers(lab);
        const found = await countCapable(lab, threads);
        const stock = await countStock(lab, threads);
        console.log(`-T ${threads} run ${run}: mptcp_synscan ${found}, stock tcp_synscan ${stock} of ${servers}`);
        assert.is(found, servers);
      });
    });
  }
}

test.run();
