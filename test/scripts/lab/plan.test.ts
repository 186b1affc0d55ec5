import { readdir, readFile } from 'node:fs/promises';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { parse } from 'yaml';
import { addressAt, contains, longestMatch } from '../../../scripts/lab/addresses.ts';
import { planOf } from '../../../scripts/lab/plan.ts';
import { topologyOf } from '../../../scripts/lab/topology.ts';
import { truthOf } from '../../../scripts/lab/truth.ts';
import { answer } from '../../../scripts/lab/whois-server.ts';
import { readWorld, World } from '../../../scripts/lab/world.ts';
import { byName, follow } from '../../../scripts/lab/zone.ts';

const test = suite('scripts/lab/plan');
const raw = parse(await readFile(new URL('../../../scripts/lab/worlds/small.yaml', import.meta.url), 'utf8'));
const small = await readWorld('small');
const plan = planOf(small);

test('the same world gives the same plan and the same truth', () => {
  assert.equal(planOf(World.parse(raw)), plan);
  assert.equal(truthOf(planOf(World.parse(raw))), truthOf(plan));
});

test('another seed gives other ranks to the same particular names', () => {
  const other = truthOf(planOf({ ...small, seed: 7 }));
  const rank = (truth: typeof other, name: string) => truth.domains.find((domain) => domain.name === name)?.rank;
  assert.is.not(rank(other, 'alias-two.example'), rank(truthOf(plan), 'alias-two.example'));
  assert.is(rank(other, 'westlake.example'), 5);
});

test('about 1,000 names: every list entry and its www double', () => {
  const { list, domains } = truthOf(plan);
  assert.ok(2 * domains.length > 950 && 2 * domains.length < 1100, `${2 * domains.length} names`);
  assert.is(new Set(domains.map(({ name }) => name)).size, domains.length);
  assert.equal(
    plan.list.map(({ rank }) => rank),
    plan.list.map((_, i) => i + 1),
  );
  assert.is(list.lines, plan.list.length);
});

test('every world file is whole: each name leads to a host with a truth, an AS and a place', async () => {
  const files = await readdir(new URL('../../../scripts/lab/worlds/', import.meta.url));
  assert.ok(files.includes('tiny.yaml'));
  for (const file of files) {
    const world = await readWorld(file.replace('.yaml', ''));
    const { hosts } = truthOf(planOf(world));
    assert.is(world.name, file.replace('.yaml', ''));
    assert.ok(hosts.length > 0 && hosts.every(({ asn, city, country }) => asn && city && country), file);
  }
});

test('the tiny world has twelve hosts and each kind that the chain tells apart', async () => {
  const { hosts } = truthOf(planOf(await readWorld('tiny')));
  assert.is(hosts.length, 12);
  const verdicts = new Set(hosts.flatMap(({ v1, v0 }) => [`v1 ${v1}`, `v0 ${v0}`]));
  for (const verdict of ['capable', 'echoed_option', 'not_offered', 'refused', 'silent'])
    assert.ok(verdicts.has(`v1 ${verdict}`) && verdicts.has(`v0 ${verdict}`), verdict);
  const some: [what: string, is: (host: (typeof hosts)[number]) => boolean][] = [
    ['announces addresses', (host) => host.announces.length > 0],
    ['falls back', (host) => host.fallback === true],
    ['opted out', (host) => host.blocked],
    ['IPv6', (host) => host.address.includes(':')],
  ];
  for (const [what, is] of some) assert.ok(hosts.some(is), what);
});

test('the firewall of the scanner is what the world says, and none unless it says so', () => {
  const rules = (firewall?: string) => {
    const world = World.parse({ ...raw, scanner: { ...raw.scanner, ...(firewall ? { firewall } : {}) } });
    const { namespaces, scanner } = topologyOf(planOf(world), 'aaaaaa');
    return namespaces.find(({ name }) => name === scanner)?.nft;
  };
  assert.is(rules(), '');
  assert.match(rules('stateful') ?? '', /policy drop;[^}]*ct state established,related accept/);
  assert.match(rules('drop-rst') ?? '', /hook output[^}]*rst drop/);
  assert.throws(() => rules('drop_rst'));
});

/** Worlds that are wrong are refused before anything stands. */
const wrong: [title: string, change: Record<string, unknown>, said: RegExp][] = [
  ['an unknown key', { colour: 'red' }, /colour/],
  [
    'a verdict outside the closed list',
    { sites: [{ site: 'a', server: 'tcp', truth: { v1: 'yes', v0: 'silent' } }] },
    /truth/,
  ],
  [
    'a name that points into no block',
    { domains: [{ name: 'a.example', addresses: ['198.18.200.1'], www: 'same' }] },
    /198\.18\.200\.1 lies in no block/,
  ],
  [
    'a rule for an unknown block',
    { bulk: [{ block: 'nowhere', names: 1, www: 'same', tld: 'test' }] },
    /unknown block nowhere/,
  ],
  [
    'a rank past the end of the list',
    { domains: [{ name: 'a.example', rank: 9999, addresses: [], www: 'same' }] },
    /past the end/,
  ],
];
for (const [title, change, said] of wrong) {
  test(`${title} is refused`, () => {
    assert.throws(
      () => planOf(World.parse({ ...raw, ...change })),
      (error: Error) => said.test(error.message),
    );
  });
}

test('aliases lead to the addresses at their end, circles and dead ends to none', () => {
  const records = byName(plan.records);
  const cases: [name: string, addresses: string[]][] = [
    ['alias-one.example', ['198.18.4.6']],
    ['alias-five.example', ['198.18.112.2', '198.18.33.7']],
    ['www.alias-plain.example', ['198.18.33.8']],
    ['alias-dead.example', []],
    ['loop.example', []],
    ['www.loop.example', []],
    ['loop-self.example', []],
    ['-rf.example', ['198.18.4.7']],
    ['gone-but-www.example', []],
    ['www.gone-but-www.example', ['198.18.16.3']],
  ];
  for (const [name, addresses] of cases) assert.equal(follow(records, name), addresses, name);
  const chain = plan.records.filter(({ name, type }) => type === 'CNAME' && name.startsWith('alias-five'));
  assert.is(chain.length, 5);
});

test('the longest prefix decides the AS of a host, in truth and in the answers of the registry', () => {
  const hosts = truthOf(plan).hosts;
  assert.is(hosts.find(({ address }) => address === '198.18.64.9')?.asn, 64502);
  assert.is(hosts.find(({ address }) => address === '198.18.65.1')?.asn, 64501);
  const table = [
    { prefix: '198.18.64.0/20', asn: 1, country: 'CN', registry: 'apnic', allocated: '2010-08-30', name: 'WIDE, CN' },
    { prefix: '198.18.64.0/24', asn: 2, country: 'CN', registry: 'apnic', allocated: '2008-06-16', name: 'NARROW, CN' },
  ];
  assert.equal(answer(table, '198.18.64.9'), [
    '2',
    '198.18.64.9',
    '198.18.64.0/24',
    'CN',
    'apnic',
    '2008-06-16',
    'NARROW, CN',
  ]);
  assert.equal(answer(table, '10.1.2.3'), ['NA', '10.1.2.3', 'NA', '', '', '', 'NA']);
});

test('addresses are counted from the network address, over octets and in both families', () => {
  const cases: [prefix: string, n: number, address: string][] = [
    ['198.18.4.0/26', 1, '198.18.4.1'],
    ['198.18.4.0/22', 300, '198.18.5.44'],
    ['2001:db8:4:1::/64', 65_536, '2001:db8:4:1::1:0'],
  ];
  for (const [prefix, n, address] of cases) assert.is(addressAt(prefix, n), address);
  assert.not(contains('198.18.0.0/15', '2001:db8::1'));
  assert.is(longestMatch([{ prefix: '198.18.0.0/15' }], '240.0.0.1'), undefined);
});

test('every genuine verdict of the world stands in several ASes and countries', () => {
  const genuine = truthOf(plan).hosts.filter(({ v1, blocked }) => v1 === 'capable' && !blocked);
  assert.ok(new Set(genuine.map(({ asn }) => asn)).size >= 8);
  assert.ok(new Set(genuine.map(({ country }) => country)).size >= 7);
});

test('two labs share no name, and no namespace has a route out of the lab', () => {
  const [one, two] = [topologyOf(plan, 'aaaaaa'), topologyOf(plan, 'bbbbbb')];
  const names = new Set(one.namespaces.map(({ name }) => name));
  assert.is(names.size, one.namespaces.length);
  assert.not(two.namespaces.some(({ name }) => names.has(name)));
  const cables = one.cables.filter((line) => line.startsWith('link'));
  for (const line of cables)
    assert.match(line, /^link add \S+ netns mcaaaaaa-\S+ type veth peer name \S+ netns mcaaaaaa-\S+$/);
  const router = one.namespaces.find(({ name }) => name.endsWith('-router'));
  assert.ok(router?.ip.includes('route add blackhole default') && router.ip.includes('route add blackhole ::/0'));
});

test.run();
