// needs: root
// takes: long
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Config } from '../../../../orchestrator/config/config.ts';
import { ProgramError } from '../../../../orchestrator/errors.ts';
import type { Question } from '../../../../orchestrator/roles.ts';
import type { ResolveRecord } from '../../../../orchestrator/schemas/records/resolve.ts';
import { adns } from '../../../../orchestrator/tools/adns/tool.ts';
import { skipUnless } from '../../../skip.ts';
import { decodeAll, makeContext } from '../context.ts';
import { isRoot } from '../namespace.ts';
import type { Manners, Zone } from './dns-server.ts';
import { withResolver } from './resolver.ts';

const test = suite('adns-unkind');

function configOf(resolve: Record<string, unknown>) {
  return Config.parse({
    targets: { list: 'names.txt' },
    resolve: { resolvers: ['127.0.0.1'], patience: '1s', silent_after: '0.1s', ...resolve },
  });
}

function named(count: number, word: string): string[] {
  return Array.from({ length: count }, (_, n) => `${word}${n}.example`);
}

function zoneOf(names: string[], entry: Zone[string]): Zone {
  return Object.fromEntries(names.map((name) => [name, { ...entry }]));
}

/** Asks for names; the rows that were decoded meanwhile must be those that the raw files give. */
async function resolveAll(zone: Zone, names: string[], resolve = {}, manners: Manners | null = null) {
  return await withResolver(
    zone,
    async (within) => {
      const rows: Question[] = names.map((name) => ({ name, type: 'A' }));
      const context = await makeContext({ rows, config: configOf(resolve), within });
      await adns.collect?.(context);
      const { records, rejects } = await decodeAll(adns, context);
      const live = context.taken.map(({ value }) => adns.toRecord(adns.raw.parse(value), context));
      const sorted = (all: unknown[]) => all.map((one) => JSON.stringify(one)).sort();
      assert.equal(sorted(live), sorted(records));
      assert.equal(rejects, []);
      return new Map(records.map((record) => [record.name, record]));
    },
    manners,
  );
}

function countOf(records: Map<string, ResolveRecord>, failure: string | null): number {
  return [...records.values()].filter((record) => record.failure === failure).length;
}

const good = { A: ['198.18.0.1'] };

test('a connection lost after each answer loses no question that waited on it', async () => {
  if (skipUnless(isRoot, 'adns, closing resolver', 'network namespaces need root')) return;
  const long = Array.from({ length: 40 }, (_, n) => `198.18.1.${n + 1}`);
  const names = named(30, 'big');
  const zone = { ...zoneOf(names, { A: long }), 'closed.example': { closed: true }, 'next.example': good };
  const records = await resolveAll(zone, [...names, 'closed.example', 'next.example']);
  for (const name of names) assert.is(records.get(name)?.addresses.length, 40, name);
  assert.is(records.get('closed.example')?.status, 'allservfail');
  assert.is(records.get('closed.example')?.failure, 'not_returned');
  assert.is(records.get('next.example')?.failure, null);
});

test('names without an answer are asked once more, and then recorded as timeout', async () => {
  if (skipUnless(isRoot, 'adns, dead names', 'network namespaces need root')) return;
  const [live, late, later, dead] = [named(300, 'live'), named(5, 'late'), named(5, 'later'), named(25, 'dead')];
  const zone = {
    ...zoneOf(live, good),
    ...zoneOf(late, { ...good, silent: 1 }),
    ...zoneOf(later, { ...good, silent: 2 }),
    ...zoneOf(dead, { silent: true }),
  };
  const begun = performance.now();
  const records = await resolveAll(zone, [...dead, ...later, ...late, ...live], { window: 10, open: 60 });
  assert.is(countOf(records, null), 305);
  assert.is(countOf(records, 'timeout'), 30);
  for (const name of late) assert.is(records.get(name)?.failure, null, name);
  const { status, ttl, answered_at } = records.get('dead0.example') ?? {};
  assert.equal([status, ttl], ['timeout', null]);
  assert.ok(Date.parse(answered_at ?? '') > performance.timeOrigin + begun + 2000, 'given up twice');
});

test('silent names leave the window, so that ten of them do not hold up a window of ten', async () => {
  if (skipUnless(isRoot, 'adns, a window full of dead names', 'network namespaces need root')) return;
  const [dead, live] = [named(10, 'dead'), named(500, 'live')];
  const zone = { ...zoneOf(live, good), ...zoneOf(dead, { silent: true }) };
  const records = await resolveAll(zone, [...dead, ...live], { window: 10, patience: '3s' });
  const firstDead = Date.parse(records.get('dead0.example')?.answered_at ?? '');
  const lastLive = Date.parse(records.get('live499.example')?.answered_at ?? '');
  assert.is(countOf(records, null), 500);
  assert.ok(
    lastLive < firstDead - 4000,
    'all others were answered before the first dead one was given up once, after 3 s',
  );
});

const dying: [title: string, names: number, manners: Manners, message: RegExp][] = [
  [
    'dies after 20 of 60 questions',
    60,
    { from: 20, says: 'silence' },
    /had no answer to \d+ questions in a row.*timeout/,
  ],
  ['dies after 55 of 60', 60, { from: 55, says: 'silence' }, /had no answer to \d+ questions in a row.*timeout/],
  ['never answers', 60, { from: 0, says: 'silence' }, /had no answer to any question.*timeout/],
  ['never answers, of three names', 3, { from: 0, says: 'silence' }, /had no answer to any question.*timeout/],
  ['says SERVFAIL to all', 60, { from: 0, says: 2 }, /had no answer to any question.*rcodeservfail/],
  ['says SERVFAIL from the 21st on', 60, { from: 20, says: 2 }, /no answer to \d+ questions in a row.*rcodeservfail/],
  ['refuses everybody', 60, { from: 0, says: 5 }, /had no answer to any question.*rcoderefused/],
];
for (const [title, count, manners, message] of dying) {
  test(`a resolver that ${title} ends the stage with a sentence`, async () => {
    if (skipUnless(isRoot, `adns, a resolver that ${title}`, 'network namespaces need root')) return;
    const names = named(count, 'n');
    try {
      await resolveAll(zoneOf(names, good), names, {}, manners);
      assert.unreachable('it went through');
    } catch (error) {
      assert.instance(error, ProgramError);
      assert.match(String(error), /stage\/00000: adnshost/);
      assert.match(String(error), message);
      assert.match(error instanceof ProgramError ? error.hint : '', /check resolve\.resolvers/);
    }
  });
}

test('a resolver that has too much to look for, and answers only what it knows, is waited for', async () => {
  if (skipUnless(isRoot, 'adns, a full resolver', 'network namespaces need root')) return;
  const names = named(100, 'n');
  const manners: Manners = { from: 30, until: 115, says: 'known' };
  const records = await resolveAll(zoneOf(names, good), names, {}, manners);
  assert.is(countOf(records, null), 100);
});

const deadLists: [title: string, live: number, entry: Zone[string]][] = [
  ['40 dead names at the end of a list', 20, { silent: true }],
  ['five dead names at the end of a list', 20, { silent: true }],
  ['a list of dead names only', 0, { silent: true }],
  ['40 names at the end whose servers fail', 20, { rcode: 2 }],
];
for (const [title, live, entry] of deadLists) {
  test(`${title} are the names' own failure`, async () => {
    if (skipUnless(isRoot, `adns, ${title}`, 'network namespaces need root')) return;
    const names = [...named(live, 'live'), ...named(title.startsWith('five') ? 5 : 40, 'dead')];
    const zone = { ...zoneOf(named(live, 'live'), good), ...zoneOf(named(40, 'dead'), entry) };
    const records = await resolveAll(zone, names);
    assert.is(countOf(records, null), live);
    assert.is(countOf(records, entry.silent ? 'timeout' : 'not_returned'), names.length - live);
  });
}

test.run();
