// takes: long
// runs: behind
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { ScanRecord } from '../../../../orchestrator/schemas/records/scan.ts';
import { resolved, target } from '../records.ts';
import { host } from './answering.ts';
import { mergeOf, type Records } from './merged.ts';

const test = suite('merge-domains');

const [one, two, three] = ['198.18.0.1', '198.18.0.2', '198.18.0.3'] as const;

/** One entry, a.example, with the addresses of its hosts unless told otherwise; answered, capable in v1, in v0, mixed. */
type Counts = [answered: number, v1: number, v0: number, mixed: boolean];
const counts: [sentence: string, addresses: string[], hosts: ScanRecord[][], expected: Counts][] = [
  ['a name without address has none of anything', [], [], [0, 0, 0, false]],
  ['a single capable address is not mixed', [one], [host(one, 'capable')], [1, 1, 0, false]],
  ['a single address without MPTCP is not mixed', [one], [host(one, 'not_offered')], [1, 0, 0, false]],
  ['one of two is mixed', [one, two], [host(one, 'capable'), host(two, 'not_offered')], [2, 1, 0, true]],
  [
    'an echo is an answer, and not capable',
    [one, two],
    [host(one, 'capable'), host(two, 'echoed_option')],
    [2, 1, 0, true],
  ],
  ['both of two are not mixed', [one, two], [host(one, 'capable'), host(two, 'capable')], [2, 2, 0, false]],
  ['none of two is not mixed', [one, two], [host(one, 'not_offered'), host(two, 'not_offered')], [2, 0, 0, false]],
  [
    'a silent address beside a capable one does not make it mixed',
    [one, two],
    [host(one, 'capable')],
    [1, 1, 0, false],
  ],
  ['nor does one that refuses', [one, two], [host(one, 'capable'), host(two, 'refused', 'refused')], [1, 1, 0, false]],
  [
    'nor one behind an ICMP error',
    [one, two],
    [host(one, 'capable'), host(two, 'unknown', 'unknown')],
    [1, 1, 0, false],
  ],
  [
    'two of three that answered are mixed, a silent fourth is not counted',
    [one, two, three, '198.18.0.4'],
    [host(one, 'capable'), host(two, 'capable'), host(three, 'not_offered')],
    [3, 2, 0, true],
  ],
  [
    'one that refuses one version and answers the other has answered',
    [one, two],
    [host(one, 'capable'), host(two, 'refused', 'not_offered')],
    [2, 1, 0, true],
  ],
  [
    'v0 alone counts as well',
    [one, two],
    [host(one, 'not_offered', 'capable'), host(two, 'not_offered')],
    [2, 0, 1, true],
  ],
  [
    'each in another version are all capable',
    [one, two],
    [host(one, 'capable'), host(two, 'not_offered', 'capable')],
    [2, 1, 1, false],
  ],
  [
    'a version not asked for is no answer',
    [one, two],
    [host(one, 'capable', null), host(two, null, 'refused')],
    [1, 1, 0, false],
  ],
  [
    'an address counts once, whatever its ports',
    [one],
    [host(one, 'capable'), host(one, 'capable', 'not_offered', 443), host(one, 'not_offered', 'refused', 8080)],
    [1, 1, 0, false],
  ],
  [
    'one capable port makes the address capable, one port that answers makes it answered',
    [one, two],
    [
      host(one, 'not_offered'),
      host(one, 'capable', 'not_offered', 443),
      host(two, 'refused', 'refused'),
      host(two, 'not_offered', 'not_offered', 443),
    ],
    [2, 1, 0, true],
  ],
  ['hosts of other names are not counted', [one], [host(one, 'not_offered'), host(two, 'capable')], [1, 0, 0, false]],
];

for (const [sentence, addresses, hosts, expected] of counts) {
  test(`domains: ${sentence}`, async () => {
    const records = {
      targets: [target('a.example', 1)],
      resolve: [resolved('a.example', addresses)],
      scan: hosts.flat(),
    };
    const [domain, ...more] = (await mergeOf(records)).domains;
    assert.equal(more, []);
    assert.equal(domain?.addresses, addresses);
    const { addresses_answered, addresses_capable_v1, addresses_capable_v0, mixed } = domain ?? {};
    assert.equal([addresses_answered, addresses_capable_v1, addresses_capable_v0, mixed], expected);
  });
}

const entries: [sentence: string, records: Records, lines: string[]][] = [
  [
    'the www double is the same entry, an address of both counts once',
    {
      targets: [target('a.example', 1), target('a.example', 1, true)],
      resolve: [resolved('a.example', [two, one]), resolved('www.a.example', [one, three])],
      scan: [host(one, 'capable'), host(two, 'not_offered'), host(three, 'not_offered')].flat(),
    },
    [`a.example 1 ${one},${two},${three} answered 3 capable 1 mixed`],
  ],
  [
    'entries stand by rank, the best of those given, those without rank at the end by name',
    {
      targets: [
        target('z.example', null),
        target('y.example', null),
        target('b.example', 9),
        target('a.example', 5),
        target('b.example', 3),
      ],
    },
    [
      'b.example 3  answered 0 capable 0',
      'a.example 5  answered 0 capable 0',
      'y.example null  answered 0 capable 0',
      'z.example null  answered 0 capable 0',
    ],
  ],
  [
    'A and AAAA are one entry, and addresses and prefixes of the list are none',
    {
      targets: [
        target('a.example', 1),
        { ...target('a.example', 2), kind: 'address', target: one, name: null },
        { ...target('a.example', 3), kind: 'prefix', target: '198.18.0.0/24', name: null },
      ],
      resolve: [resolved('a.example', [one]), { ...resolved('a.example', ['2001:db8::1']), type: 'AAAA' }],
      scan: [host(one, 'not_offered'), host('2001:db8::1', 'capable')].flat(),
    },
    [`a.example 1 ${one},2001:db8::1 answered 2 capable 1 mixed`],
  ],
  [
    'names that share an address each have it',
    {
      targets: [target('a.example', 1), target('b.example', 2)],
      resolve: [resolved('a.example', [one]), resolved('b.example', [one, two])],
      scan: [host(one, 'capable'), host(two, 'not_offered')].flat(),
    },
    [`a.example 1 ${one} answered 1 capable 1`, `b.example 2 ${one},${two} answered 2 capable 1 mixed`],
  ],
];

for (const [sentence, records, lines] of entries) {
  test(`domains: ${sentence}`, async () => {
    const domains = (await mergeOf(records)).domains;
    const shown = domains.map(
      ({ name, rank, addresses, addresses_answered, addresses_capable_v1, mixed }) =>
        `${name} ${rank} ${addresses.join(',')} answered ${addresses_answered} capable ${addresses_capable_v1}${mixed ? ' mixed' : ''}`,
    );
    assert.equal(shown, lines);
  });
}

const ofLists = ['first.csv.zip', 'second.csv', 'third.csv'];
const severalLists = [
  target('both.example', 7),
  target('first.example', 2),
  target('both.example', 5),
  { ...target('both.example', 900), list: 2 },
  { ...target('both.example', 30), list: 2 },
  { ...target('second.example', 1), list: 2 },
  { ...target('second.example', 1, true), list: 2 },
  { ...target('both.example', null), list: 3 },
  { ...target('third.example', null), list: 3 },
];

test('domains: a name keeps its best rank in each list, and the rank of the run is that of the first', async () => {
  const resolve = [resolved('both.example', [one]), resolved('second.example', [one])];
  const records = { targets: severalLists, resolve, scan: host(one, 'capable') };
  for (const size of [undefined, 1]) {
    const { domains, hosts } = await mergeOf(records, { lists: ofLists, ...(size === undefined ? {} : { size }) });
    assert.equal(
      domains.map(
        ({ name, rank, ranks }) => `${name} ${rank}: ${ranks.map((own) => `${own.list} ${own.rank}`).join(', ')}`,
      ),
      [
        'first.example 2: first.csv 2',
        'both.example 5: first.csv 5, second.csv 30, third.csv null',
        'second.example null: second.csv 1',
        'third.example null: third.csv null',
      ],
    );
    assert.equal(hosts[0]?.domains, [
      { name: 'both.example', rank: 5, www: false },
      { name: 'second.example', rank: null, www: false },
    ]);
  }
});

test('domains: names of several passes that stand in one range keep their own addresses', async () => {
  const numbers = Array.from({ length: 60 }, (_, index) => index + 1);
  const own = (number: number) => ({ name: `name-${number}.example`, address: `198.18.1.${number}` });
  const records = {
    targets: numbers.map((number) => target(own(number).name, number)),
    resolve: numbers.map((number) => resolved(own(number).name, [own(number).address, two])),
    scan: numbers.flatMap((number) => host(own(number).address, 'capable')),
  };
  const { domains, hosts } = await mergeOf(records, { size: 20 });
  assert.equal(
    domains.map(({ name, addresses }) => [name, addresses]),
    numbers.map((number) => [own(number).name, [own(number).address, two].sort()]),
  );
  assert.equal(
    new Map(hosts.map(({ address, domains: names }) => [address, names.map(({ name }) => name)])),
    new Map(hosts.map(({ address }) => [address, [`name-${address.split('.')[3]}.example`]])),
  );
});

test('domains: a run of one list says its ranks the same way', async () => {
  const records = { targets: [target('a.example', 9), target('a.example', 4), target('b.example', null)] };
  const { domains } = await mergeOf(records);
  assert.equal(
    domains.map(({ rank, ranks }) => [rank, ranks]),
    [
      [4, [{ list: 'list.csv', rank: 4 }]],
      [null, [{ list: 'list.csv', rank: null }]],
    ],
  );
});

test('domains: a row tells the run that it is of', async () => {
  const targets = [target('a.example', 4), target('b.example', null)];
  const { domains } = await mergeOf({ targets }, { run: 'autumn' });
  assert.equal(
    domains.map(({ name, run }) => `${name} ${run}`),
    ['a.example autumn', 'b.example autumn'],
  );
});

test.run();
