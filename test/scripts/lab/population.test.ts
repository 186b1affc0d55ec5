import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { contains } from '../../../scripts/lab/addresses.ts';
import { planOf } from '../../../scripts/lab/plan.ts';
import { Crowd, type CrowdEntry, Population } from '../../../scripts/lab/population.ts';
import { truthOf } from '../../../scripts/lab/truth.ts';
import { readWorld } from '../../../scripts/lab/world.ts';
import { zoneFile } from '../../../scripts/lab/zone.ts';

const test = suite('scripts/lab/population');

const given = {
  names: 1000,
  addresses: 300,
  silent: 40,
  absent: 50,
  unanswered: 10,
  artefacts: 5,
  alias_every: 10,
  site: 'plain',
  places: [
    { prefix: '241.0.0.0/24', share: 3 },
    { prefix: '241.1.0.0/25', share: 1 },
  ],
  silent_site: 'silent',
  silent_prefix: '241.2.0.0/26',
};
const crowdOf = (change: Partial<typeof given> = {}, seed = 1) =>
  new Crowd(Population.parse({ ...given, ...change }), { names: 100, addresses: 60 }, seed);
const bare = { ...planOf(await readWorld('tiny')), records: [], empty: [], unanswered: [] };
const count = (entries: readonly CrowdEntry[], is: (entry: CrowdEntry) => boolean) => entries.filter(is).length;

test('the crowd is the rest: names and addresses less those that the world describes', () => {
  const crowd = crowdOf();
  const entries = [...crowd.all()];
  assert.is(entries.length, 900);
  assert.is(new Set(entries.map(({ name }) => name)).size, 900);
  assert.is(
    count(entries, ({ kind }) => kind === 'absent'),
    50,
  );
  assert.is(
    count(entries, ({ kind }) => kind === 'unanswered'),
    10,
  );
  const live = entries.filter(({ kind }) => kind === 'live');
  assert.is(new Set(live.map(({ address }) => address)).size, 240);
  assert.equal([crowd.live, crowd.answering], [840, 200]);
});

test('addresses lie in their places in the shares stated, the silent ones apart', () => {
  const addresses = [...new Set([...crowdOf().all()].map(({ address }) => address))].filter(
    (address) => address !== '',
  );
  const within = (prefix: string) => addresses.filter((address) => contains(prefix, address)).length;
  assert.equal([within('241.0.0.0/24'), within('241.1.0.0/25'), within('241.2.0.0/26')], [150, 50, 40]);
});

test('the first entries are of no place in particular', () => {
  const first = [...crowdOf().all()].filter(({ kind }) => kind === 'live').slice(0, 40);
  assert.ok(new Set(first.map(({ address }) => address.split('.')[1])).size === 3);
});

test('the same seed gives the same entries, another one other addresses to the later ones', () => {
  const addresses = (seed: number) => [...crowdOf({}, seed).all()].map(({ address }) => address).join();
  assert.is(addresses(1), addresses(1));
  assert.is.not(addresses(1), addresses(2));
});

for (const [title, change, said] of [
  ['fewer live names than addresses', { names: 390 }, /each needs one/],
  ['a place without room', { addresses: 600, silent: 0 }, /no room/],
] as const) {
  test(`${title} are refused`, () => {
    assert.throws(() => crowdOf(change), said);
  });
}

test('the zone has both names of a live entry, none of an absent or unanswered one', () => {
  const entries = [...crowdOf().all()];
  const lines = [...zoneFile({ ...bare, crowd: crowdOf() })].join('').trim().split('\n');
  assert.is(lines.length, 3 + 2 * 840);
  const alias = entries.find((entry) => entry.alias);
  assert.ok(lines.includes(`www.${alias?.name}. 300 IN CNAME ${alias?.name}.`));
  assert.is(lines.filter((line) => line.includes(' CNAME ')).length, 84);
  for (const { name } of entries.filter(({ kind }) => kind !== 'live'))
    assert.not(lines.some((line) => line.startsWith(`${name}.`)));
});

for (const [name, names, addresses, answering] of [
  ['paper', 995_631, 452_008, 428_895],
  ['paper-20000', 10_000, 4540, 4308],
] as const) {
  test(`${name}: described and told by number, its names and addresses are those it states`, async () => {
    const plan = planOf(await readWorld(name));
    const { list, hosts, domains, crowd } = truthOf(plan);
    assert.is(list.names, names);
    assert.is(domains.length + (crowd?.names ?? 0), names);
    assert.is(hosts.length + (crowd?.hosts ?? 0), addresses);
    assert.is(hosts.length + (crowd?.answering ?? 0), answering);
    const capable = hosts.filter(({ v0 }) => v0 === 'capable');
    assert.is(capable.length, 354);
    assert.is(plan.unanswered.length, plan.world.population?.unanswered);
    assert.is(list.unanswered, 2 * plan.unanswered.length);
    const able = new Set(capable.map(({ address }) => address));
    const served = domains.filter((domain) => domain.addresses.some((address) => able.has(address)));
    assert.is(served.length, 520);
    const several = served.filter((domain) => domain.addresses.length > 1);
    const mixed = several.filter((domain) => domain.addresses.some((address) => !able.has(address)));
    assert.equal([several.length, mixed.length], [85, 68]);
    const byRank = [...served].sort((a, b) => a.rank - b.rank);
    assert.is(byRank.findIndex((domain) => mixed.includes(domain)) + 1, 17);
    assert.is(byRank[16]?.rank, 7765);
  });
}

test('no name of the paper world can be anybody’s', async () => {
  const plan = planOf(await readWorld('paper-20000'));
  const names = [...plan.records.map(({ name }) => name), ...[...(plan.crowd?.all() ?? [])].map(({ name }) => name)];
  for (const name of names) assert.match(name, /\.(example|test|unanswered)$/);
});

test.run();
