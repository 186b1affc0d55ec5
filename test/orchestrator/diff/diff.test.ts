// runs: behind
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { causes } from '../../../orchestrator/diff/causes.ts';
import { Cause } from '../../../orchestrator/schemas/history.ts';
import { type Answers, diffOf, host, type PlantedHost, plantRun } from './planted.ts';

const test = suite('one cause for every difference');

const [before, after] = ['2026-10-05T10:00:00.000Z', '2026-11-02T10:00:00.000Z'];

/** What of one host changes between two runs, by version and cause; what is not named must not differ. */
interface Change {
  title: string;
  first: Answers;
  second: Answers;
  v1?: string;
  v0?: string;
}

/** The host is asked alike in both runs. */
const changes: readonly Change[] = [
  { title: 'a host that answers what it answered differs in nothing', first: 'capable', second: 'capable' },
  { title: 'a plain host that comes up', first: 'silent', second: 'plain', v1: 'appeared', v0: 'appeared' },
  { title: 'a server that comes up', first: 'silent', second: 'capable', v1: 'appeared', v0: 'appeared' },
  { title: 'a server that goes', first: 'capable', second: 'silent', v1: 'gone_silent', v0: 'gone_silent' },
  {
    title: 'a host of which a router says that it is not there',
    first: 'plain',
    second: 'icmp',
    v1: 'gone_silent',
    v0: 'gone_silent',
  },
  { title: 'a host that no router misses any more', first: 'icmp', second: 'plain', v1: 'appeared', v0: 'appeared' },
  { title: 'a port that was closed', first: 'plain', second: 'rst', v1: 'refused', v0: 'refused' },
  { title: 'a port that was opened by a server', first: 'rst', second: 'capable', v1: 'refused', v0: 'refused' },
  {
    title: 'a firewall that answers for a host that was silent',
    first: 'silent',
    second: 'rst',
    v1: 'appeared',
    v0: 'appeared',
  },
  { title: 'a closed port that is dropped now', first: 'rst', second: 'silent', v1: 'gone_silent', v0: 'gone_silent' },
  { title: 'MPTCP switched on', first: 'plain', second: 'capable', v1: 'verdict' },
  { title: 'MPTCP switched off', first: 'capable', second: 'plain', v1: 'verdict' },
  { title: 'MPTCP v0 switched on', first: 'plain', second: 'capable v0', v0: 'verdict' },
  { title: 'a mirror put before a server', first: 'capable', second: 'echo', v1: 'verdict' },
  { title: 'a mirror taken away', first: 'echo', second: 'plain', v1: 'verdict' },
  { title: 'a broken option', first: 'plain', second: 'malformed', v1: 'verdict' },
  { title: 'one reply of two lost in the second run', first: 'plain', second: 'without v1', v1: 'noise' },
  { title: 'one reply of two lost in the first run', first: 'without v0', second: 'plain', v0: 'noise' },
  { title: 'a server of which one reply was lost', first: 'capable', second: 'without v1', v1: 'noise' },
  {
    title: 'one of two backends answers otherwise in the second run',
    first: 'capable',
    second: 'mixed',
    v1: 'backend',
  },
  { title: 'two backends, of which one was met', first: 'mixed', second: 'plain', v1: 'backend' },
];
const addressOf = (i: number) => `198.18.1.${i + 1}`;
const planted = (of: 'first' | 'second'): PlantedHost[] =>
  changes.map((change, i) => ({ name: `h${i}.example`, address: addressOf(i), ports: { 80: change[of] } }));

/** Hosts that are not asked alike: by name, address, and what is expected of the address, in both versions. */
const led: readonly {
  title: string;
  address: string;
  first: PlantedHost[];
  second: PlantedHost[];
  cause: string | null;
  movedTo?: string[];
}[] = [
  {
    title: 'the old address of a name that moved',
    address: '198.18.2.1',
    first: [host('moved.example', '198.18.2.1')],
    second: [host('moved.example', '198.18.2.2')],
    cause: 'address_moved',
    movedTo: ['198.18.2.2'],
  },
  {
    title: 'its new address',
    address: '198.18.2.2',
    first: [],
    second: [],
    cause: 'address_moved',
    movedTo: ['198.18.2.1'],
  },
  {
    title: 'a name that left the list',
    address: '198.18.2.3',
    first: [host('dropped.example', '198.18.2.3', 'capable')],
    second: [],
    cause: 'target_list',
  },
  {
    title: 'a name that came into the list',
    address: '198.18.2.4',
    first: [],
    second: [host('added.example', '198.18.2.4')],
    cause: 'target_list',
  },
  {
    title: 'a name without an answer of the resolver',
    address: '198.18.2.5',
    first: [host('empty.example', '198.18.2.5')],
    second: [],
    cause: 'target_list',
  },
  {
    title: 'an address that opted out between the runs',
    address: '198.18.3.1',
    first: [host('opted.example', '198.18.3.1', 'capable')],
    second: [host('opted.example', '198.18.3.1', 'silent')],
    cause: 'blocked',
  },
  {
    title: 'an address that had opted out and does no more',
    address: '198.18.4.1',
    first: [host('again.example', '198.18.4.1', 'silent')],
    second: [host('again.example', '198.18.4.1')],
    cause: 'blocked',
  },
  {
    title: 'an address that opted out while the first run was sending, and had answered',
    address: '198.18.5.2',
    first: [host('late.example', '198.18.5.2')],
    second: [host('late.example', '198.18.5.2', 'silent')],
    cause: 'blocked',
  },
  {
    title: 'an address that opted out of both runs and answered neither',
    address: '198.18.5.1',
    first: [host('both.example', '198.18.5.1', 'silent')],
    second: [host('both.example', '198.18.5.1', 'silent')],
    cause: null,
  },
  {
    title: 'an address that one of its names left and another still leads to',
    address: '198.18.6.1',
    first: [host('one.example', '198.18.6.1'), host('two.example', '198.18.6.1', 'plain')],
    second: [host('one.example', '198.18.6.2', 'silent'), host('two.example', '198.18.6.1', 'silent')],
    cause: 'gone_silent',
  },
];

async function plant() {
  const both = (of: 'first' | 'second') => [...planted(of), ...led.flatMap((change) => change[of])];
  // Two names of one address: its replies stand once.
  const once = (hosts: PlantedHost[]) =>
    hosts.map((one, i) =>
      hosts.findIndex(({ address }) => address === one.address) === i ? one : { ...one, ports: {} },
    );
  const first = await plantRun({
    name: 'before',
    time: before,
    hosts: once(both('first')),
    optOuts: ['198.18.4.0/24', '198.18.5.0/24'],
  });
  const second = await plantRun({
    name: 'after',
    time: after,
    hosts: once(both('second')),
    empty: ['empty.example'],
    optOuts: ['198.18.3.0/24', '198.18.5.0/24'],
  });
  return await diffOf(first, second);
}
const made = plant();

for (const [i, { title, v1, v0 }] of changes.entries()) {
  test(title, async () => {
    const { differences } = await made;
    const found = differences
      .filter(({ address }) => address === addressOf(i))
      .map(({ version, cause }) => [version, cause]);
    const expected = [
      ['v1', v1],
      ['v0', v0],
    ].filter(([, cause]) => cause !== undefined);
    assert.equal(found, expected);
  });
}

for (const { title, address: of, cause, movedTo = [] } of led) {
  test(title, async () => {
    const { differences } = await made;
    const found = differences.filter(({ address }) => address === of);
    assert.equal(
      found.map((one) => [one.version, one.cause, one.moved_to]),
      cause === null
        ? []
        : [
            ['v1', cause, movedTo],
            ['v0', cause, movedTo],
          ],
    );
  });
}

test('counts add up, in all and by cause', async () => {
  const { differences, summary } = await made;
  const { total, first_only, second_only, equal, different } = summary.totals;
  assert.is(first_only + second_only + equal + different, total);
  assert.is(first_only + second_only + different, differences.length);
  assert.ok(first_only > 0 && second_only > 0 && equal > 0 && different > 0);
  assert.is(
    summary.causes.reduce((sum, { endpoints }) => sum + endpoints, 0),
    differences.length,
  );
  assert.is(
    new Set(differences.map(({ address, port, version }) => `${address} ${port} ${version}`)).size,
    differences.length,
  );
});

test('causes are told in the order of the closed list, and no two have one sentence', () => {
  assert.equal(
    causes.map(({ cause }) => cause),
    Cause.options,
  );
  assert.is(new Set(causes.map(({ sentence }) => sentence)).size, causes.length);
});

test.run();
