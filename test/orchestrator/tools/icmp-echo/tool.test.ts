// needs: root
import { access, copyFile, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Config } from '../../../../orchestrator/config/config.ts';
import { PathRecord } from '../../../../orchestrator/schemas/records/path.ts';
import { icmpEcho } from '../../../../orchestrator/tools/icmp-echo/tool.ts';
import { skipUnless } from '../../../skip.ts';
import { decodeAll, makeContext, temporaryFolder } from '../context.ts';
import { isRoot, withPair } from '../namespace.ts';

const icmpTool = suite('icmp-echo');
/** What a ping alone says of pairs. */
const unpaired = { control: null, pairs: 0, pair_ratio: null, pair_gap_us: null };
const fixture = (name: string) => new URL(`../../../fixtures/icmp-echo/${name}`, import.meta.url);

async function contextOf(addresses: string[], scan: Record<string, unknown> = {}, within: string[] = []) {
  const config = Config.parse({ lab: true, lab_ranges: ['198.18.0.0/15'], targets: { list: 'x' }, scan });
  return await makeContext({ rows: addresses.map((address) => ({ address })), config, within, runsAs: 'plug-in' });
}

icmpTool('recorded replies give the smallest round trip of each address; errors are rejects', async () => {
  const context = await contextOf(['198.18.4.1', '198.18.4.2', '198.18.0.1', '198.18.9.9']);
  await copyFile(fixture('icmp.ndjson'), join(context.folder, 'icmp.ndjson'));
  const { records, rejects } = await decodeAll(icmpEcho, context);
  assert.equal(records, [
    { address: '198.18.4.1', ping_rtt_us: 2, ping_replies: 3, ...unpaired, failure: null },
    { address: '198.18.4.2', ping_rtt_us: 2, ping_replies: 3, ...unpaired, failure: null },
    { address: '198.18.0.1', ping_rtt_us: 4, ping_replies: 3, ...unpaired, failure: null },
  ]);
  for (const record of records) PathRecord.parse(record);
  assert.equal(
    rejects.map(({ reason, unit }) => [reason, unit]),
    [
      ['icmp_unreach', null],
      ['icmp_unreach', null],
    ],
  );
});

for (const version of ['4.3.4', 'main']) {
  icmpTool(`what zmap ${version} prints gives the same`, async () => {
    const context = await contextOf(['198.18.4.1', '198.18.4.2', '198.18.0.1', '198.18.9.9']);
    await copyFile(fixture(`${version}.ndjson`), join(context.folder, 'icmp.ndjson'));
    await copyFile(fixture(`${version}.metadata.json`), join(context.folder, 'icmp.metadata.json'));
    const { records, rejects } = await decodeAll(icmpEcho, context);
    const printed = (await readFile(fixture(`${version}.ndjson`), 'utf8')).split('\n').filter(Boolean);
    const fastest = (saddr: string) =>
      Math.min(
        ...printed.flatMap((line) => {
          const echo = JSON.parse(line);
          return echo.saddr === saddr && echo.classification === 'echoreply' ? [echo.rtt_us] : [];
        }),
      );
    assert.equal(
      records,
      ['198.18.4.1', '198.18.4.2', '198.18.0.1'].map((address) => ({
        address,
        ping_rtt_us: fastest(address),
        ping_replies: 3,
        ...unpaired,
        failure: null,
      })),
    );
    assert.equal(
      rejects.map(({ reason }) => reason),
      ['icmp_unreach', 'icmp_unreach', 'icmp_unreach'],
    );
  });
}

icmpTool('echoes that are fewer than zmap counted are an error that names the file', async () => {
  const context = await contextOf(['198.18.4.1']);
  await writeFile(join(context.folder, 'icmp.ndjson'), '');
  await copyFile(fixture('icmp.metadata.json'), join(context.folder, 'icmp.metadata.json'));
  const error = await decodeAll(icmpEcho, context).then(
    () => null,
    (thrown: unknown) => thrown,
  );
  assert.match(String(error), 'icmp.ndjson holds 0 replies, zmap counted 11');
});

icmpTool('round trips cross full seconds, and one that ends before it began is rejected', async () => {
  const context = await contextOf(['198.18.4.1']);
  const [reply] = (await readFile(fixture('icmp.ndjson'), 'utf8'))
    .split('\n')
    .filter((line) => line.includes('echoreply'));
  const row = (saddr: string, sent: [number, number], received: [number, number]) =>
    JSON.stringify({
      ...JSON.parse(reply ?? ''),
      saddr,
      'sent-timestamp-ts': sent[0],
      'sent-timestamp-us': sent[1],
      'timestamp-ts': received[0],
      'timestamp-us': received[1],
    });
  const lines = [
    row('198.18.4.1', [100, 999_000], [102, 1_000]),
    row('198.18.4.1', [100, 999_500], [101, 500]),
    row('198.18.4.2', [100, 500], [100, 400]),
    '{ "saddr": "198.1',
  ];
  await writeFile(join(context.folder, 'icmp.ndjson'), lines.join('\n'));
  const { records, rejects } = await decodeAll(icmpEcho, context);
  assert.equal(records, [{ address: '198.18.4.1', ping_rtt_us: 1_000, ping_replies: 2, ...unpaired, failure: null }]);
  assert.equal(
    rejects.map(({ reason }) => reason),
    ['schema', 'negative_rtt'],
  );
});

icmpTool('a part of IPv6 addresses alone asks nobody and gives nothing', async () => {
  const context = await contextOf(['2001:db8::1'], {}, ['env', 'PATH=/nonexistent']);
  await icmpEcho.collect?.(context).catch((error: unknown) => assert.match(String(error), 'not built'));
  const { records } = await decodeAll(icmpEcho, context);
  assert.equal(records, []);
});

icmpTool('the real program times a local path to less than 2 ms, with every reply', async () => {
  const built = await access(new URL('../../../../zmap-module/build/mptcp_synscan.so', import.meta.url)).then(
    () => true,
    () => false,
  );
  if (skipUnless(isRoot && built, 'icmp-echo over a wire', 'needs root and make -C zmap-module')) return;
  await withPair('icmp', async (scanner, server) => {
    const { stdout: link } = await execa('ip', ['-n', server, '-o', 'link', 'show', 't0']);
    const scan = { rate: 300, cooldown: '2s', interface: 's0', gateway_mac: /ether (\S+)/.exec(link)?.[1] };
    const addresses = Array.from({ length: 50 }, (_, n) => `198.18.4.${n + 1}`);
    const context = await contextOf([...addresses, '198.18.5.1'], scan, ['ip', 'netns', 'exec', scanner]);
    await icmpEcho.collect?.(context);
    const { records } = await decodeAll(icmpEcho, context);
    assert.equal(records.map(({ address }) => address).sort(), addresses.sort());
    for (const { address, ping_rtt_us, ping_replies } of records) {
      assert.is(ping_replies, Config.parse({ targets: { list: 'x' } }).path.probes, address);
      assert.ok(ping_rtt_us !== null && ping_rtt_us < 2_000, `${address}: ${ping_rtt_us} us`);
    }
    assert.is((await icmpEcho.facts?.(context.folder))?.receive_drops, 0);
  });
});

icmpTool('a zmap that loads no plug-in pings nobody: it could not leave out who opts out meanwhile', async () => {
  if (skipUnless(isRoot, 'icmp-echo without the plug-in', 'needs root')) return;
  await withPair('icmp-bare', async (scanner, server) => {
    const { stdout: link } = await execa('ip', ['-n', server, '-o', 'link', 'show', 't0']);
    const scan = { rate: 300, cooldown: '2s', interface: 's0', gateway_mac: /ether (\S+)/.exec(link)?.[1] };
    // As a static zmap, and one with file capabilities, does.
    const bin = await temporaryFolder();
    const zmap = (await execa('sh', ['-c', 'command -v zmap'])).stdout;
    await writeFile(join(bin, 'zmap'), `#!/bin/sh\nunset LD_PRELOAD\nexec ${zmap} "$@"\n`, { mode: 0o755 });
    const within = ['ip', 'netns', 'exec', scanner, 'env', `PATH=${bin}:${process.env.PATH}`];
    const context = await contextOf(['2001:db8::1', '198.18.4.1', '198.18.4.2'], scan, within);
    const received = () => execa('ip', ['netns', 'exec', server, 'nstat', '-asz', 'IcmpInEchos']);
    await icmpEcho.collect?.(context).then(
      () => assert.unreachable('it is not told'),
      (error: unknown) =>
        assert.match(String(error), /zmap did not load the plug-in: it would send to those who opt out/),
    );
    assert.match((await received()).stdout, /^IcmpInEchos +0 /m);
  });
});

icmpTool.run();
