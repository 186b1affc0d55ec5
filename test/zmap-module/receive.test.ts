// needs: root
// runs: apart: it asks what a receiver loses at high rates
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { z } from 'zod';
import { skipUnless } from '../skip.ts';
import { gatewayMac, joinDirectly, type Lab, moduleFolder, whyNoLab, withLab } from './lab.ts';
import { testSecret, zmap } from './zmap.ts';

const test = suite('a dropped reply is never silent');
const missing = await whyNoLab();

const metadataSchema = z.object({ pcap_recv: z.number(), pcap_drop: z.number(), success_total: z.number() });
const answers = 131_072;

/** 131,072 answers at `rate` a second while zmap scans where nobody answers; what zmap wrote and what it says it lost. */
async function receive(lab: Lab, rate: number, env: Record<string, string>) {
  const { stdout: link } = await execa('ip', ['-n', lab.scanner, '-br', 'link', 'show', 's0']);
  const mac = link.match(/(..:){5}../)?.[0] ?? '';
  const answerer = [join(moduleFolder, 'build/answerer'), 't0', mac, '240.0.0.2', testSecret];
  await lab.serve(lab.target, [...answerer, String(answers), String(rate)]);
  const output = ['-O', 'json', '-f', '*', '-o', join(lab.folder, 'replies'), '-m', join(lab.folder, 'metadata')];
  const scan = ['-M', 'mptcp_synscan', '--probe-args', `v1,secret=${testSecret}`, '-p', '80', '-G', gatewayMac];
  const { exitCode } = await zmap(lab, [...scan, ...output, '-r', '200', '-c', '5', '198.18.0.0/23'], env);
  assert.is(exitCode, 0);
  const metadata = metadataSchema.parse(JSON.parse(await readFile(join(lab.folder, 'metadata'), 'utf8')));
  const lines = Number((await execa('wc', ['-l', join(lab.folder, 'replies')])).stdout.split(' ')[0]);
  return { lines, dropped: metadata.pcap_drop };
}

for (const ring of ['64 MB', '2 MB']) {
  test(`with a ring of ${ring}, replies written and replies dropped are all replies`, async () => {
    if (skipUnless(missing === null, 'receive', missing ?? '')) return;
    await withLab(async (lab) => {
      await joinDirectly(lab);
      await lab.ip('-n', lab.target, 'route', 'add', 'blackhole', '198.18.0.0/15');
      const env: Record<string, string> = ring === '2 MB' ? { MPTCP_SYNSCAN_NO_RING: '1' } : {};
      const { lines, dropped } = await receive(lab, 145_000, env);
      console.log(`145,000 replies a second, ring of ${ring}: ${lines} written, ${dropped} reported dropped`);
      assert.is(lines + dropped, answers);
      if (ring === '64 MB') assert.is(dropped, 0);
    });
  });
}

test.run();
