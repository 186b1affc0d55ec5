// needs: root
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Config } from '../../orchestrator/config/config.ts';
import type { Way } from '../../orchestrator/roles.ts';
import { HopsRecord } from '../../orchestrator/schemas/records/hops.ts';
import { sweep } from '../../orchestrator/tools/sweep/tool.ts';
import { decodeAll, makeContext } from '../orchestrator/tools/context.ts';
import { isRoot } from '../orchestrator/tools/namespace.ts';
import { skipUnless } from '../skip.ts';
import { address, type Chain, hop, longest, withChain } from './chain.ts';

const test = suite('chains of routers');

/** Hops that never say anything, and one that says little: the kernel's own limit, six at once and then one a second. */
const silent = [6];
const limited = [3];
const quiet = new Set([...silent, ...limited]);

const built = (name: string) => fileURLToPath(new URL(`../../zmap-module/build/${name}`, import.meta.url));
const server = [built('mptcp_server'), '80'];

interface Case {
  what: string;
  way: Way;
  /** The router that changes the option as the SYN leaves it; null: none does. */
  box: number | null;
  shows?: HopsRecord['first_changed_shows'];
  /** Routers on the way. */
  routers: number;
  rest?: Partial<HopsRecord>;
}

const to = (target: string, probe: Way['probe'] = 'v1'): Way => ({
  address: target,
  port: 80,
  probe,
  drawn_as: 'capable',
});
const rules = (chain: Record<number, string[]>, k: number, rule: string) => {
  chain[k] = [...(chain[k] ?? []), rule];
};

/** Every place of a box in every length of chain. */
function everywhere(forward: Record<number, string[]>, families: readonly (4 | 6)[]): Case[] {
  const cases: Case[] = [];
  for (const family of families) {
    for (let routers = 2; routers <= longest; routers += 1) {
      for (let box = 1; box <= routers; box += 1) {
        const target = address(routers, 10 + box, family);
        rules(forward, box, `${family === 4 ? 'ip' : 'ip6'} daddr ${target} reset tcp option mptcp`);
        cases.push({
          what: `IPv${family}: box ${box} of ${routers}`,
          way: to(target),
          box,
          shows: 'stripped',
          routers,
        });
      }
    }
  }
  return cases;
}

/** Boxes of other kinds, in chains of eight. None is known to the tool by its kind. */
function others(chain: Required<Pick<Chain, 'forward' | 'translating' | 'arriving'>>): Case[] {
  const routers = 8;
  const at = (i: number) => address(routers, 100 + i);
  const strip = (i: number, k: number) => rules(chain.forward, k, `ip daddr ${at(i)} reset tcp option mptcp`);
  const syn = (i: number) => `ip daddr ${at(i)} tcp flags & (syn | ack) == syn`;
  rules(chain.forward, 4, `${syn(1)} @th,344,8 set 0x81`);
  rules(chain.forward, 2, `${syn(2)} tcp sport set 12345 ip dscp set 10`);
  strip(2, 5);
  rules(chain.forward, 2, `${syn(3)} tcp sequence set 1`);
  strip(3, 5);
  rules(chain.forward, 5, `${syn(4)} tcp option mptcp exists drop`);
  rules(chain.forward, 5, `${syn(5)} reject with icmp type admin-prohibited`);
  rules(chain.translating, 4, `${syn(6)} redirect`);
  strip(7, 4);
  rules(chain.arriving, 5, `${syn(8)} reset tcp option mptcp`);
  const none = { answered_ttl: null, answer: null, nearer: 0 };
  return [
    { what: 'a flag is changed', way: to(at(1)), box: 4, shows: 'changed', routers },
    // What came back to a port that nobody asked from was no answer of ours.
    { what: 'port and TOS rewritten on the way', way: to(at(2)), box: 5, shows: 'stripped', routers, rest: none },
    {
      what: 'a firewall draws its own sequence numbers',
      way: to(at(3)),
      box: 5,
      shows: 'stripped',
      routers,
      rest: none,
    },
    { what: 'SYNs with the option are dropped', way: to(at(4)), box: null, routers: 5, rest: none },
    {
      what: 'they are refused by a router',
      way: to(at(5)),
      box: null,
      routers: 5,
      rest: { answered_ttl: 6, answer: 'unreachable', hop_before: hop(5), nearer: 0 },
    },
    {
      what: 'a proxy on the way answers for the server',
      way: to(at(6)),
      box: null,
      routers: 3,
      rest: { answered_ttl: 4, answer: 'synack', echo_ttl: 9, echo_expired_ttl: 8, nearer: 5 },
    },
    { what: 'v0 is stripped', way: to(at(7), 'v0'), box: 4, shows: 'stripped', routers },
    { what: 'a router quotes what it made of it', way: to(at(8)), box: 4, shows: 'stripped', routers },
    {
      what: 'nothing is changed',
      way: to(at(9)),
      box: null,
      routers,
      rest: { answered_ttl: 9, answer: 'synack', echo_ttl: 9, nearer: 0, answer_reply_ttl: 56 },
    },
  ];
}

/** Where the record says the box is, and that no hop that could have told it better was left out. */
function check({ what, box, shows, routers, rest }: Case, record: HopsRecord | undefined): void {
  assert.ok(record, `${what}: no record`);
  const told = JSON.stringify({ ...record, hops: record.hops.map(({ ttl, shows: of }) => `${ttl} ${of}`) });
  const [before, behind] = [record.last_intact_ttl ?? 0, record.first_changed_ttl];
  const place = box ?? routers;
  assert.ok(before <= place, `${what}: ${told}`);
  for (let k = before + 1; k <= place; k += 1) assert.ok(quiet.has(k), `${what}: hop ${k} had it: ${told}`);
  if (box === null) assert.is(behind, null, `${what}: ${told}`);
  else {
    const last = behind ?? routers + 1;
    assert.ok(last > box, `${what}: ${told}`);
    for (let k = box + 1; k < last; k += 1) assert.ok(quiet.has(k), `${what}: hop ${k} had it no more: ${told}`);
    if (behind !== null) {
      assert.is(record.first_changed_shows, shows, `${what}: ${told}`);
      assert.is(record.first_changed, hop(behind, record.address.includes(':') ? 6 : 4), what);
    }
  }
  assert.is(record.contradicted, 0, `${what}: ${told}`);
  const all: Record<string, unknown> = record;
  for (const [name, value] of Object.entries(rest ?? {})) assert.equal(all[name], value, `${what}: ${name}: ${told}`);
}

test('the box is named, wherever it is in chains of 2 to 12 routers, between the hops that say anything', async () => {
  if (skipUnless(isRoot && existsSync(built('mptcp-sweep')), 'chains of routers', 'needs root and make -C zmap-module'))
    return;
  const chain = { forward: {}, translating: {}, arriving: {}, silent, limited, serving: [4] };
  const families = process.env.LONG === undefined ? ([4] as const) : ([4, 6] as const);
  const six = families.length > 1 ? [] : everywhere6(chain.forward);
  const cases = [...everywhere(chain.forward, families), ...six, ...others(chain)];
  const config = Config.parse({
    lab: true,
    lab_ranges: ['198.18.0.0/15'],
    targets: { list: 'x' },
    scan: { rate: 3000, cooldown: '1s' },
    hops: true,
  });
  await withChain(chain, server, async ({ scanner }) => {
    const context = await makeContext({
      rows: cases.map(({ way }) => way),
      config,
      within: ['ip', 'netns', 'exec', scanner],
    });
    await sweep.collect?.(context);
    const { records, rejects } = await decodeAll(sweep, context);
    assert.equal(rejects, []);
    for (const record of records) HopsRecord.parse(record);
    const found = new Map(records.map((record) => [`${record.address} ${record.probe}`, record]));
    for (const each of cases) check(each, found.get(`${each.way.address} ${each.way.probe}`));
    const facts = await sweep.facts?.(context.folder);
    assert.equal([facts?.receive_drops, facts?.send_failures, facts?.no_route], [0, 0, 0]);
    assert.ok(Number(facts?.kernel_resets) > cases.length, JSON.stringify(facts));
  });
});

/** Some of IPv6, where all would take too long. */
function everywhere6(forward: Record<number, string[]>): Case[] {
  return [
    [2, 1],
    [5, 2],
    [8, 4],
    [12, 7],
    [12, 12],
  ].map(([routers = 0, box = 0]) => {
    const target = address(routers, 10 + box, 6);
    rules(forward, box, `ip6 daddr ${target} reset tcp option mptcp`);
    return { what: `IPv6: box ${box} of ${routers}`, way: to(target), box, shows: 'stripped' as const, routers };
  });
}

test.run();
