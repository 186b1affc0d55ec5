// needs: root
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Config } from '../../orchestrator/config/config.ts';
import type { Way } from '../../orchestrator/roles.ts';
import type { HopsRecord } from '../../orchestrator/schemas/records/hops.ts';
import { sweep } from '../../orchestrator/tools/sweep/tool.ts';
import { decodeAll, makeContext } from '../orchestrator/tools/context.ts';
import { isRoot } from '../orchestrator/tools/namespace.ts';
import { skipUnless } from '../skip.ts';
import { address, hop, type Standing, withChain } from './chain.ts';

const test = suite('two ways of equal cost');

const built = (name: string) => fileURLToPath(new URL(`../../zmap-module/build/${name}`, import.meta.url));

/** Routers on the way to the hosts, whichever way it is. */
const routers = 6;
const flows = 24;
/** The other third router, by family. */
const other = { 4: '198.18.90.2', 6: '2001:db8:90::2' } as const;

/**
 *   r1 -- r2 -- r3 ----- r4 -- r5 -- r6      r3 takes the option out
 *           \-- fork --/                     fork changes its flags
 *
 * r2 sends each flow one way, by a hash of addresses and ports.
 */
async function addFork({ router }: Standing, fork: string): Promise<void> {
  const ip = async (...words: string[]) => await execa('ip', words);
  const inside = async (name: string, words: string[], input = '') =>
    await execa('ip', ['netns', 'exec', name, ...words], { input });
  await ip('netns', 'add', fork);
  const sysctls = ['ipv4.ip_forward=1', 'ipv6.conf.all.forwarding=1', 'ipv4.icmp_ratelimit=0', 'ipv6.icmp.ratelimit=0'];
  await inside(fork, ['sysctl', '-qw', ...sysctls.map((one) => `net.${one}`)]);
  const hashes = ['net.ipv4.fib_multipath_hash_policy=1', 'net.ipv6.fib_multipath_hash_policy=1'];
  await inside(router(2), ['sysctl', '-qw', ...hashes]);
  for (const [near, far, net, word] of [
    [router(2), fork, '90', 'in'],
    [fork, router(4), '91', 'out'],
  ] as const) {
    const ends = [`f${word}`, `t${word}`];
    await ip('link', 'add', `f${word}`, 'netns', near, 'type', 'veth', 'peer', 'name', `t${word}`, 'netns', far);
    for (const [end, name] of [near, far].entries()) {
      await ip('-n', name, 'addr', 'add', `198.18.${net}.${end + 1}/30`, 'dev', ends[end] ?? '');
      await ip('-n', name, 'addr', 'add', `2001:db8:${net}::${end + 1}/64`, 'dev', ends[end] ?? '', 'nodad');
      await ip('-n', name, 'link', 'set', ends[end] ?? '', 'up');
    }
  }
  await ip('-n', fork, 'route', 'add', '198.18.96.0/19', 'via', '198.18.91.2');
  await ip('-n', fork, 'route', 'add', '2001:db8::/32', 'via', '2001:db8:91::2');
  await ip('-n', fork, 'route', 'add', '198.18.1.0/30', 'via', '198.18.90.1');
  await ip('-n', fork, 'route', 'add', '2001:db8:1::/64', 'via', '2001:db8:90::1');
  for (const [to, family] of [
    ['198.18.96.0/19', 4],
    ['2001:db8::/32', 6],
  ] as const) {
    const ways = [hop(3, family), other[family]].flatMap((gateway) => ['nexthop', 'via', gateway]);
    await ip('-n', router(2), `-${family}`, 'route', 'del', to);
    await ip('-n', router(2), `-${family}`, 'route', 'add', to, ...ways);
  }
  const changed =
    'table inet box { chain passing { type filter hook forward priority -150; tcp option mptcp exists @th,344,8 set 0x81; }; }';
  await inside(fork, ['nft', '-f', '-'], changed);
}

/** What is told of a flow: its third hop, and what those behind it quote. */
function toldOf({ address: to, hops, first_changed, first_changed_shows, contradicted, nearer }: HopsRecord) {
  const family: 4 | 6 = to.includes(':') ? 6 : 4;
  const third = new Set(hops.filter(({ ttl }) => ttl === 3).map((one) => one.address));
  const behind = new Set(hops.filter(({ ttl }) => ttl > 3).map(({ shows }) => shows));
  const way = third.has(other[family]) ? 'fork' : 'r3';
  assert.is(third.size, 1, `${to}: ${[...third]}`);
  return { family, way, behind: [...behind], at: first_changed, shows: first_changed_shows, contradicted, nearer };
}

test('each flow is swept one way, and the box of that way is named', async () => {
  if (skipUnless(isRoot && existsSync(built('mptcp-sweep')), 'two ways', 'needs root and make -C zmap-module')) return;
  const ways = ([4, 6] as const).flatMap((family) =>
    Array.from({ length: flows }, (_, i): Way => {
      return { address: address(routers, 10 + i, family), port: 80, probe: 'v1', drawn_as: 'capable' };
    }),
  );
  const config = Config.parse({
    lab: true,
    lab_ranges: ['198.18.0.0/15'],
    targets: { list: 'x' },
    scan: { rate: 3000, cooldown: '1s' },
    hops: true,
  });
  const strip = ['tcp flags & (syn | ack) == syn reset tcp option mptcp'];
  await withChain({ forward: { 3: strip } }, [built('mptcp_server'), '80'], async (standing) => {
    const fork = `census-chain-${process.pid}-fork`;
    try {
      await addFork(standing, fork);
      const within = ['ip', 'netns', 'exec', standing.scanner];
      const context = await makeContext({ rows: ways, config, within });
      await sweep.collect?.(context);
      const { records } = await decodeAll(sweep, context);
      assert.is(records.length, ways.length);
      const met = new Set<string>();
      for (const record of records) {
        const { family, way, ...told } = toldOf(record);
        met.add(`${family} ${way}`);
        const shows = way === 'r3' ? 'stripped' : 'changed';
        // By IPv6 a router says so from the side that it was reached at.
        const at = family === 6 && way === 'fork' ? '2001:db8:91::2' : hop(4, family);
        const due = { behind: [shows], at, shows, contradicted: 0, nearer: 0 };
        assert.equal(told, due, `${record.address} by ${way}`);
      }
      assert.equal([...met].sort(), ['4 fork', '4 r3', '6 fork', '6 r3'], 'both ways are taken');
    } finally {
      await execa('ip', ['netns', 'del', fork], { reject: false });
    }
  });
});

test.run();
