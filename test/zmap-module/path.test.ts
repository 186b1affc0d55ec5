// needs: root
// runs: apart: one reply that is lost names another router
import { join } from 'node:path';
import { execa } from 'execa';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { z } from 'zod';
import { skipUnless } from '../skip.ts';
import { gatewayMac, type Lab, moduleFolder, whyNoLab, withLab } from './lab.ts';
import { scan, scanLines, zmap } from './zmap.ts';

const test = suite('what the path does is seen from its start');
const missing = await whyNoLab();

const server = join(moduleFolder, 'build/mptcp_server');

/** One link of a chain: `left` gets 240.1.N.1, `right` 240.1.N.2; the first one is the scanner's s0. */
async function link(lab: Lab, n: number, left: string, right: string): Promise<void> {
  const [out, back] = n === 0 ? ['s0', 'l0'] : [`r${n}`, `l${n}`];
  await lab.ip('-n', left, 'link', 'add', out, 'type', 'veth', 'peer', 'name', back, 'netns', right);
  await lab.ip('-n', left, 'link', 'set', out, 'up');
  if (n === 0) await lab.ip('-n', right, 'link', 'set', back, 'address', gatewayMac);
  await lab.ip('-n', right, 'link', 'set', back, 'up');
  await lab.ip('-n', left, 'addr', 'add', `240.1.${n}.1/24`, 'dev', out);
  await lab.ip('-n', right, 'addr', 'add', `240.1.${n}.2/24`, 'dev', back);
  await lab.ip('-n', left, 'route', 'add', '198.18.0.0/15', 'via', `240.1.${n}.2`);
  if (n > 0) await lab.ip('-n', right, 'route', 'add', '240.1.0.0/24', 'via', `240.1.${n}.1`);
  const noLimits = ['net.ipv4.icmp_ratelimit=0', 'net.ipv4.icmp_msgs_per_sec=100000', 'net.ipv4.icmp_msgs_burst=10000'];
  await lab.ip('netns', 'exec', right, 'sysctl', '-qw', 'net.ipv4.ip_forward=1', ...noLimits);
}

async function serveEverything(lab: Lab): Promise<void> {
  await lab.ip('-n', lab.target, 'route', 'add', 'local', '198.18.0.0/16', 'dev', 'lo');
  await lab.serve(lab.target, [server, '80']);
}

test('a sweep through four routers names the third, which strips the option', async () => {
  if (skipUnless(missing === null, 'TTL sweep', missing ?? '')) return;
  await withLab(async (lab) => {
    const routers = [];
    for (let n = 0; n < 4; n++) routers.push(await lab.addNamespace(`r${n}`));
    const chain = [lab.scanner, ...routers, lab.target];
    for (let n = 0; n + 1 < chain.length; n++) await link(lab, n, chain[n] ?? '', chain[n + 1] ?? '');
    await serveEverything(lab);
    const strip = 'table ip lab { chain strip { type filter hook prerouting priority 0\nreset tcp option mptcp\n}\n}\n';
    await execa('ip', ['netns', 'exec', routers[2] ?? '', 'nft', '-f', '-'], { input: strip });

    const replies = await scan(lab, { probe: 'v1,ttl=1-6', probes: 6, args: ['198.18.0.0/29'], rate: 100 });
    for (let host = 0; host < 8; host++) {
      const path = replies
        .filter((reply) => reply.target === `198.18.0.${host}`)
        .sort((a, b) => a.sent_ttl - b.sent_ttl);
      const seen = path.map(({ sent_ttl, classification, icmp_hop, icmp_quoted_option }) => [
        sent_ttl,
        classification,
        icmp_hop,
        icmp_quoted_option,
      ]);
      assert.equal(seen, [
        [1, 'icmp_ttl_exceeded', '240.1.0.2', '1e040101'],
        [2, 'icmp_ttl_exceeded', '240.1.1.2', '1e040101'],
        [3, 'icmp_ttl_exceeded', '240.1.2.2', null],
        [4, 'icmp_ttl_exceeded', '240.1.3.2', null],
        [5, 'synack_no_option', null, null],
        [6, 'synack_no_option', null, null],
      ]);
      assert.match(path[2]?.icmp_quoted_options ?? '', /01010101$/, 'the option was overwritten by NOPs');
    }
  });
});

/** Scanner, a middle that delays 25 ms each way, and servers; the middle answers port 80 of 198.18.1.0/24 itself. */
async function slowPath(lab: Lab): Promise<void> {
  const middle = await lab.addNamespace('m');
  await link(lab, 0, lab.scanner, middle);
  await link(lab, 1, middle, lab.target);
  await serveEverything(lab);
  await lab.ip('-n', middle, 'tuntap', 'add', 'dev', 'slow', 'mode', 'tun');
  await lab.ip('-n', middle, 'link', 'set', 'slow', 'up', 'txqueuelen', '10000');
  await lab.serve(middle, [join(moduleFolder, 'build/delay'), 'slow', '25']);
  await lab.ip('-n', middle, 'route', 'add', 'default', 'dev', 'slow', 'table', '100');
  await lab.ip('-n', middle, 'rule', 'add', 'iif', 'l0', 'table', '100');
  await lab.ip('-n', middle, 'rule', 'add', 'iif', 'r1', 'table', '100');
  await lab.ip(
    'netns',
    'exec',
    middle,
    'sysctl',
    '-qw',
    'net.ipv4.conf.all.rp_filter=0',
    'net.ipv4.conf.slow.rp_filter=0',
  );
  await lab.serve(middle, [server, '8080']);
  const proxy =
    'table ip lab { chain proxy { type nat hook prerouting priority dstnat\n' +
    'ip daddr 198.18.1.0/24 tcp dport 80 redirect to :8080\n}\n}\n';
  await execa('ip', ['netns', 'exec', middle, 'nft', '-f', '-'], { input: proxy });
}

const pingSchema = z.object({
  saddr: z.string(),
  'sent-timestamp-ts': z.number(),
  'sent-timestamp-us': z.number(),
  'timestamp-ts': z.number(),
  'timestamp-us': z.number(),
});

/** Round trips of zmap's own ping module, microseconds, by address. */
async function pings(lab: Lab, prefix: string, env: Record<string, string>): Promise<number[]> {
  const send = ['-M', 'icmp_echo_time', '-r', '500', '-c', '2', '-G', gatewayMac, '-O', 'json', '-f', '*', prefix];
  const { stdout } = await zmap(lab, send, env);
  return stdout.split('\n').flatMap((line) => {
    if (line === '') return [];
    const ping = pingSchema.parse(JSON.parse(line));
    const seconds = ping['timestamp-ts'] - ping['sent-timestamp-ts'];
    return [seconds * 1e6 + ping['timestamp-us'] - ping['sent-timestamp-us']];
  });
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

async function roundTrips(lab: Lab, prefix: string, env: Record<string, string>): Promise<number[]> {
  const replies = await scan(lab, { probe: 'v1', args: [prefix], rate: 500, env });
  assert.is(replies.length, 256);
  return replies.map((reply) => reply.rtt_us ?? Number.NaN);
}

test('the round trip is the path, and a terminating proxy gives itself away', async () => {
  if (skipUnless(missing === null, 'round trips', missing ?? '')) return;
  await withLab(async (lab) => {
    await slowPath(lab);
    const far = await roundTrips(lab, '198.18.0.0/24', {});
    const near = await roundTrips(lab, '198.18.1.0/24', {});
    const ping = await pings(lab, '198.18.1.0/24', {});
    const late = await roundTrips(lab, '198.18.0.0/24', { MPTCP_SYNSCAN_NO_CLOCK: '1' });
    for (const [what, values] of Object.entries({ far, near, ping, late })) {
      console.log(`median round trip, ${what}: ${(median(values) / 1000).toFixed(2)} ms`);
    }
    assert.ok(Math.abs(median(far) - 50_000) < 2000, `SYN ${median(far)} us`);
    assert.ok(median(near) < 5000, `behind the proxy ${median(near)} us`);
    assert.is(ping.length, 256);
    assert.ok(Math.abs(median(ping) - 50_000) < 2000, `ping ${median(ping)} us`);
    assert.ok(median(late) > median(far), 'without the repair, waiting to be processed is counted in');
  });
});

test('without timestamps the round trip is missing, and says why', async () => {
  if (skipUnless(missing === null, 'no timestamps', missing ?? '')) return;
  await withLab(async (lab) => {
    await link(lab, 0, lab.scanner, lab.target);
    await serveEverything(lab);
    const args = ['198.18.0.0/28'];
    const windows = await scan(lab, { probe: 'v1,options=windows', args });
    assert.ok(windows.every((reply) => reply.rtt_us === null && reply.rtt_missing === 'not_sent'));
    await lab.inTarget(['sysctl', '-qw', 'net.ipv4.tcp_timestamps=0']);
    const plain = await scan(lab, { probe: 'v1', args });
    assert.is(plain.length, 16);
    assert.ok(plain.every((reply) => reply.rtt_us === null && reply.rtt_missing === 'not_returned'));
    const [line = ''] = await scanLines(lab, { probe: 'v1', args, fields: ['rtt_us', 'icmp_hop'] });
    assert.is(line, '{ "rtt_us": null, "icmp_hop": null }');
  });
});

test.run();
