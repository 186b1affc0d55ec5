// takes: long
// runs: behind
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { z } from 'zod';
import { pandasMetadata } from '../../../../orchestrator/core/parquet/pandas.ts';
import { Classification } from '../../../../orchestrator/schemas/lists.ts';
import { HostsRecord, Verdict } from '../../../../orchestrator/schemas/records/hosts.ts';
import { connected, resolved, scanned, target } from '../records.ts';
import { mergeOf, type Records } from './merged.ts';

const test = suite('merge');

async function failureOf(run: Promise<unknown>): Promise<string> {
  return await run.then(
    () => '',
    (error: unknown) => String(error),
  );
}

const one = '198.18.0.1';
const good = scanned(one, []);

/** Records with a word that no schema takes, each where it would reach a host row or a verdict. */
const changed: [field: string, records: Records, words: string][] = [
  ['round trip', { scan: [{ ...good, rtt_us: null, rtt_us_missing: 'guess' }] }, 'syn_rtt_us_missing would be'],
  ['classification', { scan: [{ ...good, classification: 'guess' }] }, 'Invalid option'],
  ['reply with an option', { scan: [{ ...scanned(one, ['1e040101']), classification: 'guess' }] }, 'classification'],
  [
    'origin',
    { scan: [good], asn: [{ address: one, asn: null, origins: [], failure: 'guess' }] },
    'asn_missing would be',
  ],
  [
    'connection',
    { scan: [good], handshake: [{ ...connected(one, []), fallback: null, fallback_missing: 'guess' }] },
    'fallback_missing would be',
  ],
];
for (const [what, records, words] of changed) {
  test(`a ${what} that was changed on disk into what no schema takes is refused, not published`, async () => {
    assert.match(await failureOf(mergeOf(records)), words);
  });
}

test('records that are as they were written are merged', async () => {
  assert.is(await failureOf(mergeOf({ scan: [good] })), '');
});

test('a verdict that its own schema does not take is never written', async () => {
  const { parse } = Verdict;
  Verdict.parse = () => {
    throw new Error('not a verdict');
  };
  const failure = await failureOf(mergeOf({ scan: [good] })).finally(() => {
    Verdict.parse = parse;
  });
  assert.match(failure, 'not a verdict');
});

test('a host row tells the run, its vantage point, its family and when its replies came', async () => {
  const at = (second: number) => `2026-01-01T00:00:0${second}.000000Z`;
  const { hosts } = await mergeOf(
    {
      scan: [
        scanned(one, [], { received_at: at(5) }),
        scanned(one, [], { probe: 'v0', received_at: at(3) }),
        scanned('2001:db8::1', [], { received_at: at(1) }),
      ],
    },
    { run: 'autumn' },
  );
  assert.equal(
    hosts.map((row) => [row.address, row.family, row.run, row.vantage, row.first_reply_at, row.last_reply_at]),
    [
      [one, 4, 'autumn', 'scanner', at(3), at(5)],
      ['2001:db8::1', 6, 'autumn', 'scanner', at(1), at(1)],
    ],
  );
});

const names: Records = {
  targets: Array.from({ length: 40 }, (_, index) => target(`${index}.example`, index % 7 === 0 ? null : 50 - index)),
  resolve: Array.from({ length: 40 }, (_, index) =>
    resolved(`${index}.example`, [`198.18.0.${index % 11}`, `198.18.1.${index}`]),
  ),
  scan: Array.from({ length: 40 }, (_, index) => [
    scanned(
      `198.18.${index % 2}.${index}`,
      index % 5 === 0 ? [`1e0c0101a1b2c3d4e5f607${String(index).padStart(2, '0')}`] : [],
    ),
    scanned(`198.18.${index % 2}.${index}`, [], { port: 443, classification: 'rst' }),
  ]).flat(),
};

test('the same result is told by the same digest, whatever the run is called and whenever its replies came', async () => {
  const before = await mergeOf(names);
  const scan = (names.scan ?? []).map((record) => ({
    ...record,
    received_at: '2027-01-01T00:00:00.000000Z',
    rtt_us: 9,
  }));
  const again = await mergeOf({ ...names, scan }, { run: 'another' });
  assert.is(again.result, before.result);
  assert.is.not((await mergeOf({ ...names, scan: scan.slice(1) })).result, before.result);
  assert.is.not((await mergeOf({ ...names, targets: names.targets?.slice(1) ?? [] })).result, before.result);
});

test('in how many ranges of addresses and passes of names a run is merged shows nowhere', async () => {
  const whole = await mergeOf(names);
  let statements = 0;
  const cut = await mergeOf(names, {
    size: 9,
    mutate: (sql) => {
      if (/TABLE range_rows_|TABLE listed_\d/.test(sql)) statements += 1;
      return sql;
    },
  });
  assert.ok(statements > 15);
  assert.equal(cut, whole);
});

test('controls are the first of all endpoints, in however many ranges they were drawn', async () => {
  const drawn = async (size?: number) => {
    const { hosts } = await mergeOf(
      { scan: names.scan ?? [] },
      { controls: 3, ...(size === undefined ? {} : { size }) },
    );
    return hosts.flatMap(({ address, port, control }) => (control === null ? [] : [`${control} ${address} ${port}`]));
  };
  const whole = await drawn();
  assert.equal(
    whole.map((one) => one.split(' ')[0]),
    ['plain', 'plain', 'plain'],
  );
  assert.equal(await drawn(9), whole);
});

test('an address that alone has more names than a range holds keeps all of them', async () => {
  const parked = Array.from({ length: 40 }, (_, index) => resolved(`${index}.example`, ['198.18.1.7']));
  const whole = await mergeOf({ ...names, resolve: parked });
  assert.is(whole.hosts.find(({ address }) => address === '198.18.1.7')?.domains.length, 40);
  assert.equal(await mergeOf({ ...names, resolve: parked }, { size: 5 }), whole);
});

test('a name, its www double and names that begin with www. themselves come together in whatever pass they are', async () => {
  const stems = Array.from({ length: 12 }, (_, index) => [`${index}.example`, `www.${index}.example`]).flat();
  const asked = stems.flatMap((name, index) => [target(name, index + 1), target(name, index + 1, true)]);
  const resolve = [...new Set(asked.map((one) => one.target))].map((name, index) =>
    resolved(name, [`198.18.2.${index}`]),
  );
  const whole = await mergeOf({ ...names, targets: asked, resolve });
  assert.equal(
    whole.domains.map(({ name, addresses }) => `${name} ${addresses.length}`),
    stems.map((name) => `${name} 2`),
  );
  assert.equal(await mergeOf({ ...names, targets: asked, resolve }, { size: 5 }), whole);
});

/** The names that led to each address, with their ranks. */
async function ledTo(targets: object[], addresses: Record<string, string>): Promise<string[]> {
  const resolve = Object.entries(addresses).map(([name, address]) => resolved(name, [address]));
  const scan = Object.values(addresses).map((address) => scanned(address, []));
  const { hosts } = await mergeOf({ targets, resolve, scan });
  return hosts.map(({ address, domains }) =>
    [address, ...domains.map(({ name, rank, www }) => `${name} ${rank} ${www}`)].join(' '),
  );
}

test('an address that only the double of a name led to has the rank of the entry that was doubled', async () => {
  const targets = [target('a.example', 2), target('a.example', 5, true)];
  assert.equal(await ledTo(targets, { 'a.example': '198.18.2.1', 'www.a.example': '198.18.2.2' }), [
    '198.18.2.1 a.example 2 false',
    '198.18.2.2 a.example 5 true',
  ]);
});

test('a name of which only the double was asked has nothing of what was asked for another', async () => {
  const targets = [target('b.example', 1, true), target('www.b.example', 2, true)];
  assert.equal(await ledTo(targets, { 'www.b.example': '198.18.2.1', 'www.www.b.example': '198.18.2.2' }), [
    '198.18.2.1 b.example 1 true',
    '198.18.2.2 www.b.example 2 true',
  ]);
});

test('columns of true, false and nothing are so in Python too: the file says which', async () => {
  const { metadata } = await mergeOf({ scan: [good] });
  assert.equal(metadata, [{ key: 'pandas', value: pandasMetadata(HostsRecord) }]);
  const Columns = z.object({ columns: z.array(z.object({ name: z.string(), numpy_type: z.string() })) });
  const { columns } = Columns.parse(JSON.parse(pandasMetadata(HostsRecord)));
  assert.equal(
    columns.map(({ name, numpy_type }) => `${name} ${numpy_type}`),
    ['connected boolean', 'held_to_end boolean', 'fallback boolean', 'nearer boolean'],
  );
});

/** Of each reply alone: whether an address that gave nothing else counts as one that answered. */
const answers: Record<Classification, number> = {
  synack_no_option: 1,
  mp_capable: 1,
  echoed: 1,
  version_mismatch: 1,
  malformed: 1,
  other_subtype: 1,
  mp_tcprst: 0,
  rst: 0,
  icmp_unreachable: 0,
  icmp_ttl_exceeded: 0,
};
/** An option with which the reply is what its classification says. */
const options: Partial<Record<Classification, string>> = {
  mp_capable: '1e0c01010011223344556677',
  echoed: '1e040101',
  version_mismatch: '1e0c00010011223344556677',
  malformed: '1e030101',
  other_subtype: '1e048001',
  mp_tcprst: '1e048001',
};
for (const classification of Classification.options) {
  test(`domains: an address of which only ${classification} came ${answers[classification] === 1 ? 'has' : 'has not'} answered`, async () => {
    const option = options[classification];
    const key = classification === 'mp_capable' ? { sender_key: '0011223344556677' } : {};
    const scan = [scanned(one, option === undefined ? [] : [option], { classification, ...key })];
    const { domains } = await mergeOf({
      targets: [target('a.example', 1)],
      resolve: [resolved('a.example', [one])],
      scan,
    });
    const [domain] = domains;
    assert.equal(domain?.addresses, [one]);
    assert.is(domain?.addresses_answered, answers[classification]);
  });
}

test.run();
