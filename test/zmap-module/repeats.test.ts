// needs: root
// takes: long
// runs: apart: it scans at 20,000 packets a second; a receiver that is starved loses answers
import { join } from 'node:path';
import { execa } from 'execa';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Config } from '../../orchestrator/config/config.ts';
import { lineParser } from '../../orchestrator/core/part/parse-line.ts';
import { judgeReplies } from '../../orchestrator/evidence/judge.ts';
import { ScanRecord } from '../../orchestrator/schemas/records/scan.ts';
import { findTool } from '../../orchestrator/tools/finder.ts';
import { addKernelServers, inLab, joinIpv6, type Lab } from './lab.ts';
import { buildList, scattered } from './list.ts';
import { type Reply, scan } from './zmap.ts';

const test = suite('a server that still holds our first SYN answers the second one afresh');

/** MPTCP_SYNSCAN_RUNS=5 (make -C zmap-module lab-full) takes 65,536 servers in all; 4,096 keep CI short. */
const isFull = Number(process.env.MPTCP_SYNSCAN_RUNS ?? 1) > 1;
/** One kernel plays all servers, and remembers only so many half-open connections with MPTCP: the program ends after each slice. */
const slices = isFull ? Array.from({ length: 8 }, (_, n) => `198.18.${32 * n}.0/19`) : ['198.18.0.0/20'];
const servers = isFull ? 8192 : 4096;

/** An address that the scanner's kernel does not own: it neither answers for it nor resets anything. */
const foreign = '240.0.0.77';

interface Situation {
  name: string;
  /** nft rules for the scanner. */
  rules?: string;
  args: readonly string[];
  /** Whether the scanner's resets reach the servers. */
  resets: boolean;
}

const dropResets = 'chain out { type filter hook output priority 0; tcp flags & rst == rst drop\n}';
const stateful = 'chain in { type filter hook input priority 0; policy drop; ct state established,related accept\n}';
const situations: Situation[] = [
  { name: 'nothing in the way', args: [], resets: true },
  { name: 'RSTs dropped on output', rules: dropResets, args: [], resets: false },
  { name: 'a stateful firewall', rules: stateful, args: [], resets: false },
  { name: 'a source address that nobody owns', args: ['-S', foreign], resets: false },
];

const orders = [
  ['v1', 'v0'],
  ['v0', 'v1'],
] as const;

async function nft(namespace: string, rules: string): Promise<void> {
  await execa('ip', ['netns', 'exec', namespace, 'nft', '-f', '-'], { input: rules });
}

/** The servers' neighbour table knows the foreign address, and a counter there sees every RST that reaches them. */
async function prepare(lab: Lab, rules?: string): Promise<void> {
  const { stdout } = await execa('ip', ['-n', lab.scanner, '-br', 'link', 'show', 's0']);
  const mac = stdout.match(/(..:){5}../)?.[0] ?? '';
  await lab.ip('-n', lab.target, 'neigh', 'replace', foreign, 'lladdr', mac, 'dev', 't0');
  const count = 'chain c { type filter hook prerouting priority -300; tcp flags & rst == rst counter\n}';
  await nft(lab.target, `table inet resets { ${count}\n}\n`);
  if (rules !== undefined) await nft(lab.scanner, `table inet lab { ${rules}\n}\n`);
}

async function resetsSeen(lab: Lab): Promise<number> {
  const { stdout } = await execa('ip', ['netns', 'exec', lab.target, 'nft', 'list', 'table', 'inet', 'resets']);
  return Number(stdout.match(/counter packets (\d+)/)?.[1] ?? -1);
}

/** How often the servers' kernel had no room to remember one more connection with MPTCP, and answered without the option. */
async function optionsOmitted(lab: Lab): Promise<number> {
  const { stdout } = await execa('ip', ['netns', 'exec', lab.target, 'cat', '/proc/net/netstat']);
  const [names = '', values = ''] = stdout.split('\n').filter((line) => line.startsWith('MPTcpExt:'));
  const at = names.split(' ').indexOf('MPFallbackTokenInit');
  assert.ok(at > 0, 'the kernel counts them');
  return Number(values.split(' ')[at]);
}

/** Every target answered as a server of version 1 does; `omitted` is how many v1 SYNs the kernel says it answered without the option. */
function checkReplies(replies: readonly Reply[], probe: string, count: number, omitted: number): void {
  const due = probe === 'v1' ? 'mp_capable' : 'synack_no_option';
  const of = replies.filter((reply) => reply.probe === probe);
  const hosts = new Set(of.map((reply) => reply.target));
  const others = of.filter((reply) => reply.classification !== due);
  assert.is(hosts.size, count, `hosts that answered ${probe}`);
  assert.ok(of.every((reply) => (reply.classification === 'mp_capable') === (reply.mptcp_key !== null)));
  assert.ok(
    new Set(others.map((reply) => reply.target)).size <= (probe === 'v1' ? omitted : 0),
    `${others.length} answers to ${probe}, ${omitted} without room: ${JSON.stringify(others[0])}`,
  );
  assert.ok(others.every((reply) => reply.mptcp_option === null));
}

/** No SYN of the second scan is one of the first to the eyes of a server. */
function checkApart(first: readonly Reply[], second: readonly Reply[]): void {
  const syns = (replies: readonly Reply[]) => replies.map(({ target, dport }) => `${target} ${dport}`);
  const seen = new Set(syns(first));
  assert.is(
    syns(second).find((syn) => seen.has(syn)),
    undefined,
    'a target and source port of both scans',
  );
}

/** What `judge` says of the lines of both scans: capable in v1 and nothing in v0, but for those that had no room. */
async function checkVerdicts(lines: readonly Reply[], count: number, omitted: number): Promise<void> {
  async function* text() {
    for (const line of lines) yield JSON.stringify(line);
  }
  const config = Config.parse({ targets: { addresses: '-' } });
  const parse = lineParser(findTool('syn_prober', 'zmap'), ScanRecord, config);
  const found = new Map<string, number>();
  for await (const { version, verdict } of judgeReplies(text(), parse, (line) => assert.unreachable(line))) {
    const claim = `v${version} ${verdict}`;
    found.set(claim, (found.get(claim) ?? 0) + 1);
  }
  assert.ok((found.get('v1 capable') ?? 0) >= count - omitted, JSON.stringify([...found]));
  assert.is(found.get('v0 not_offered'), count);
  assert.is(
    [...found.values()].reduce((sum, number) => sum + number, 0),
    2 * count,
  );
}

type Probe = (typeof orders)[number][number];

/** Two scans back to back. */
async function checkPair(
  lab: Lab,
  order: readonly Probe[],
  count: number,
  scanOf: (probe: Probe) => Promise<Reply[]>,
): Promise<void> {
  const before = await optionsOmitted(lab);
  const scans: Reply[][] = [];
  for (const probe of order) scans.push(await scanOf(probe));
  const omitted = (await optionsOmitted(lab)) - before;
  if (omitted > 0) console.log(`the servers' kernel had no room for ${omitted} of ${count} connections with MPTCP`);
  for (const [n, probe] of order.entries()) checkReplies(scans[n] ?? [], probe, count, omitted);
  checkApart(scans[0] ?? [], scans[1] ?? []);
  await checkVerdicts(scans.flat(), count, omitted);
}

for (const { name, rules, args, resets } of situations) {
  test(`v1 then v0 and v0 then v1 to ${slices.length * servers} kernel servers, with ${name}`, () =>
    inLab(name, async (lab) => {
      await prepare(lab, rules);
      for (const slice of slices) {
        for (const order of orders) {
          const stop = await addKernelServers(lab);
          await checkPair(lab, order, servers, (probe) => scan(lab, { probe, rate: 20_000, args: [slice, ...args] }));
          await stop();
        }
      }
      const seen = await resetsSeen(lab);
      assert.ok(resets ? seen >= 4 * servers * slices.length : seen === 0, `${seen} RSTs reached the servers`);
    }));
}

test('both in one scan, without resets', () =>
  inLab('both in one scan', async (lab) => {
    await prepare(lab);
    await addKernelServers(lab);
    const args = [slices[0] ?? '', '-S', foreign];
    const replies = await scan(lab, { probe: 'v1+v0', probes: 2, rate: 10_000, args });
    const omitted = await optionsOmitted(lab);
    for (const probe of ['v1', 'v0']) checkReplies(replies, probe, servers, omitted);
    const [first = [], second = []] = ['v1', 'v0'].map((probe) => replies.filter((reply) => reply.probe === probe));
    checkApart(first, second);
  }));

test('over IPv6, RSTs dropped on output', () =>
  inLab('IPv6', async (lab) => {
    await prepare(lab, dropResets);
    await joinIpv6(lab);
    await buildList(lab, scattered(2000, '2001:db8:1:0'));
    const list = join(lab.folder, 'list');
    const fixed = { module: 'ipv6_mptcp_synscan', args: ['-w', join(lab.folder, 'numbers')] };
    for (const order of orders) {
      const stop = await addKernelServers(lab);
      await checkPair(lab, order, 2000, (probe) => scan(lab, { ...fixed, probe: `${probe},list=${list}` }));
      await stop();
    }
    assert.is(await resetsSeen(lab), 0);
  }));

test.run();
