// needs: root
// takes: long
// runs: apart: it scans at 10,000 packets a second; a receiver that is starved loses answers
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { z } from 'zod';
import { skipUnless } from '../skip.ts';
import {
  addKernelServers,
  gatewayMac,
  joinDirectly,
  joinIpv6,
  type Lab,
  moduleFolder,
  whyNoLab,
  withLab,
} from './lab.ts';
import { buildList, scattered } from './list.ts';
import { testSecret, zmap } from './zmap.ts';

const test = suite('IPv6 over a hitlist on the stock zmap');
const missing = await whyNoLab();

const lineSchema = z.object({ saddr: z.string(), target: z.string(), classification: z.string() });

async function scan6(lab: Lab, probe: string, args: readonly string[], cooldown = '2') {
  const module = [
    '-M',
    'ipv6_mptcp_synscan',
    '--probe-args',
    `${probe},list=${join(lab.folder, 'list')},secret=${testSecret}`,
  ];
  const output = ['-O', 'json', '-f', 'saddr,target,classification', '-G', gatewayMac, '-c', cooldown, '-p', '80'];
  const result = await zmap(lab, [...module, ...output, '-w', join(lab.folder, 'numbers'), ...args]);
  if (result.exitCode !== 0) throw new Error(`zmap ended with ${result.exitCode}: ${result.stderr.slice(-800)}`);
  return result;
}

function repliesOf(stdout: string) {
  return stdout.split('\n').flatMap((line) => (line === '' ? [] : [lineSchema.parse(JSON.parse(line))]));
}

async function inIpv6Lab(title: string, body: (lab: Lab) => Promise<void>): Promise<void> {
  if (skipUnless(missing === null, title, missing ?? '')) return;
  await withLab(async (lab) => {
    await joinDirectly(lab);
    await joinIpv6(lab);
    await body(lab);
  });
}

test('10,000 of 10,000 kernel servers are found with one thread and with two', () =>
  inIpv6Lab('IPv6 servers', async (lab) => {
    await addKernelServers(lab);
    const list = scattered(10_000, '2001:db8:1:0');
    assert.is((await buildList(lab, list)).kept, 10_000);
    for (const threads of ['1', '2']) {
      const { stdout } = await scan6(lab, 'v1', ['-r', '10000', '-T', threads]);
      const replies = repliesOf(stdout);
      const found = replies.filter((reply) => reply.classification === 'mp_capable').map((reply) => reply.target);
      assert.is(new Set(found).size, 10_000, `-T ${threads}`);
      assert.ok(replies.every((reply) => reply.saddr === reply.target));
    }
  }));

/** Destinations of the frames that a dry run prints: nothing is sent. */
async function destinations(lab: Lab, args: readonly string[]): Promise<string[]> {
  const { stdout } = await scan6(lab, 'v1', ['--dryrun', '--seed', '7', ...args], '0');
  return [...stdout.matchAll(/frame: ([0-9a-f]+)/g)].map((match) => match[1]?.slice(2 * 38, 2 * 54) ?? '');
}

test('shards 1, 2 and 3 cover the list exactly once', () =>
  inIpv6Lab('IPv6 shards', async (lab) => {
    await buildList(lab, scattered(3001, '2001:db8:1:0'));
    const whole = (await destinations(lab, [])).sort();
    assert.is(new Set(whole).size, 3001);
    for (const shards of [1, 2, 3]) {
      const parts: string[] = [];
      for (let shard = 0; shard < shards; shard++) {
        parts.push(...(await destinations(lab, ['--shards', String(shards), '--shard', String(shard)])));
      }
      assert.equal(parts.sort(), whole, `${shards} shards`);
    }
  }));

test('some numbers of a list, with walk=, get the SYNs that they get in a scan of the whole list', () =>
  inIpv6Lab('IPv6 some of a list', async (lab) => {
    await buildList(lab, scattered(300, '2001:db8:1:0'));
    const sent = async (probe: string, args: readonly string[]) => {
      const { stdout } = await scan6(lab, probe, ['--dryrun', '--seed', '7', ...args], '0');
      return [...stdout.matchAll(/frame: ([0-9a-f]+)/g)].map((match) => tcpOf(match[1] ?? ''));
    };
    const whole = await sent('v1', []);
    await writeFile(join(lab.folder, 'numbers'), '240.0.0.7/32\n240.0.0.100/30\n240.0.1.32/29\n');
    const some = await sent('v1,walk=13', []);
    assert.is(new Set(some).size, 13);
    assert.equal(
      some.filter((syn) => !whole.includes(syn)),
      [],
    );
    const again = await sent('v1,attempt=2,walk=13', []);
    const names = (syns: string[]) => syns.map((syn) => syn.slice(0, 32)).sort();
    assert.equal(names(again), names(some), 'to the same addresses');
    assert.equal(
      again.filter((syn) =>
        some.some((other) => other.slice(32, 36) === syn.slice(32, 36) && names([other])[0] === names([syn])[0]),
      ),
      [],
      'from other ports',
    );
  }));

/** Destination, ports and sequence number of an IPv6 frame in hex. */
function tcpOf(frame: string): string {
  return frame.slice(2 * 38, 2 * 62);
}

/** Lines that zmap writes while answers come from addresses of a list of 10,000 that nobody serves. */
async function forgeries(lab: Lab, scanner: string, count: number, words: readonly string[]): Promise<number> {
  const { stdout: link } = await execa('ip', ['-n', lab.scanner, '-br', 'link', 'show', 's0']);
  const mac = link.match(/(..:){5}../)?.[0] ?? '';
  const forger = [join(moduleFolder, 'build/forger'), 't0', mac, scanner, join(lab.folder, 'list'), String(count)];
  const before = await received(lab);
  await lab.serve(lab.target, [...forger, ...words]);
  const { stdout } = await scan6(lab, 'v1', ['-r', '4000'], '4');
  assert.ok((await received(lab)) - before >= 0.9 * count, 'the forgeries reached the scanner');
  return repliesOf(stdout).length;
}

test('an answer is accepted from the place of its number alone, and to our address alone', () =>
  inIpv6Lab('IPv6 forgeries', async (lab) => {
    await lab.ip('-n', lab.target, '-6', 'route', 'add', 'blackhole', '2001:db8:1:2::/64');
    await buildList(lab, scattered(10_000, '2001:db8:1:2'));
    const [us, notUs] = ['2001:db8::2', '2001:db8::3'];
    assert.is(await forgeries(lab, us, 60_000, []), 0, 'guessed numbers');
    assert.is(await forgeries(lab, us, 10_000, [testSecret, '0']), 10_000, 'true numbers');
    assert.is(await forgeries(lab, us, 10_000, [testSecret, '1']), 0, 'the numbers of the place before');
    assert.is(await forgeries(lab, notUs, 10_000, [testSecret, '0']), 0, 'true numbers to another address');
  }));

async function received(lab: Lab): Promise<number> {
  const { stdout } = await execa('ip', ['-n', lab.scanner, '-j', '-s', 'link', 'show', 's0']);
  const [link] = z
    .array(z.object({ stats64: z.object({ rx: z.object({ packets: z.number() }) }) }))
    .parse(JSON.parse(stdout));
  return link?.stats64.rx.packets ?? 0;
}

async function countedPackets(lab: Lab, name: string): Promise<number> {
  const list = ['nft', 'list', 'counter', 'ip6', 'lab', name];
  const { stdout } = await execa('ip', ['netns', 'exec', lab.target, ...list]);
  return Number(stdout.match(/packets (\d+)/)?.[1] ?? -1);
}

test('an address on the opt-out list is never on the wire, nor a special-purpose one', () =>
  inIpv6Lab('IPv6 opt-outs', async (lab) => {
    const wanted = scattered(500, '2001:db8:1:0');
    const unwanted = [...scattered(200, '2001:db8:1:7'), '2001:db8:1:8::1'];
    const special = ['fe80::1', 'ff02::1', '::1', '2002::1', 'fc00::1', '2001:db8:1:9::', '::ffff:1.2.3.4'];
    const lines = [...wanted, ...unwanted, ...special, wanted[0] ?? '', 'no address', '', '# a comment'];
    const counts = await buildList(lab, lines, [
      '2001:db8:1:7::/64 # asked by mail',
      '',
      '2001:db8:1:8::1',
      '198.18.0.0/24',
    ]);
    assert.equal(counts, { lines: 712, empty: 2, bad: 1, duplicate: 1, opted_out: 201, special: 6, kept: 501 });
    const rules = [
      'table ip6 lab {',
      'counter out { }',
      'counter in { }',
      'chain c { type filter hook prerouting priority 0;',
      'ip6 daddr { 2001:db8:1:7::/64, 2001:db8:1:8::1 } counter name out',
      'ip6 daddr 2001:db8:1::/64 counter name in',
      '}',
      '}',
    ].join('\n');
    await execa('ip', ['netns', 'exec', lab.target, 'nft', '-f', '-'], { input: rules });
    await scan6(lab, 'v1+v0', ['-P', '2', '-r', '5000']);
    assert.is((await countedPackets(lab, 'in')) >= 1000, true);
    assert.is(await countedPackets(lab, 'out'), 0);
  }));

test('what would lose targets without a word is refused with a sentence', () =>
  inIpv6Lab('IPv6 refusals', async (lab) => {
    await buildList(lab, scattered(100, '2001:db8:1:0'));
    const list = join(lab.folder, 'list');
    const cases: [string, readonly string[], RegExp][] = [
      ['v1', ['-w', join(lab.folder, 'numbers')], /the targets come from a list/],
      [`v1,list=${list}`, ['198.18.0.0/24'], /zmap would walk 256 numbers, but the list has 100 addresses/],
      [`v1,list=${list},walk=99`, ['-w', join(lab.folder, 'numbers')], /would walk 100 numbers, but walk= says 99/],
      [`v1,list=${join(lab.folder, 'opt-out')}`, ['-w', join(lab.folder, 'numbers')], /is not a list/],
      [`v1,list=${list}.none`, ['-w', join(lab.folder, 'numbers')], /cannot open the list/],
      [`v1,list=${list}`, ['-w', join(lab.folder, 'numbers'), '-X'], /-X \(--vpn\) sends IPv4 only/],
      [`v1,list=${list},source=nobody`, ['-w', join(lab.folder, 'numbers')], /source=nobody is no IPv6 address/],
    ];
    for (const [probe, args, sentence] of cases) {
      const fixed = ['-M', 'ipv6_mptcp_synscan', '-p', '80', '-G', gatewayMac, '-r', '100', '-c', '2'];
      const { stderr, exitCode } = await zmap(lab, [...fixed, '--probe-args', probe, ...args]);
      assert.match(stderr, sentence);
      assert.is(exitCode, 1, probe);
    }
  }));

test('an interface without an IPv4 address is enough', () =>
  inIpv6Lab('IPv6 alone', async (lab) => {
    await addKernelServers(lab);
    await buildList(lab, scattered(50, '2001:db8:1:0'));
    await lab.ip('-n', lab.scanner, 'addr', 'del', '240.0.0.2/24', 'dev', 's0');
    const { stdout } = await scan6(lab, 'v1', ['-r', '1000']);
    assert.is(repliesOf(stdout).length, 50);
  }));

test.run();
