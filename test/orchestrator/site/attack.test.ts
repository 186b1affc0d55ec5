// takes: long
// runs: behind
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { foundOut, reduced, solved } from './attack.ts';
import { addressesIn, type Cell, cellsOf, claims, type Of, type Told, targetsOf, withPiece } from './cells.ts';
import { makeWeeks, place, siteOf } from './made.ts';
import { filesOf, type Row, type View, viewsOf } from './published.ts';
import { type Endpoint, endpointsOf, type Version } from './truth.ts';

const test = suite('disclosure: all files of a site');
const k = 5;
const weeks = 12;
const versions: Version[] = ['v1', 'v0'];

const runs = await makeWeeks(weeks);
const views = viewsOf(await filesOf(await siteOf(runs, 'www', { k })));
const rowsOf = (name: string): Row[] => views.get(name)?.rows ?? [];
const runNames = Array.from({ length: weeks }, (_, week) => `week-${String(week).padStart(2, '0')}`);

const pieces = ['answered', 'capable', 'confirmed'];
/** A row of a table of groups: the group is named by the columns that are keys of a cell. */
function tellsOf(row: Row, version: Version, keys: readonly (keyof Cell)[]): Told[] {
  const of: Of = (cell) => keys.every((key) => cell[key] === row[key]);
  return pieces.flatMap((piece) => {
    const sum = row[`${piece}_${version}`];
    return typeof sum === 'number'
      ? [{ name: `${piece} of ${keys.map((key) => row[key])}`, of: withPiece(of, piece), sum }]
      : [];
  });
}

const steps: Record<string, string> = {
  'answered anything, to any SYN': 'replied',
  'answered with a SYN/ACK': 'answered',
  'put an MPTCP option into it': 'offered',
  'are capable': 'capable',
  'are confirmed by a connection': 'confirmed',
};

/** What is undecided is told as it is, or as a bound: whoever guesses that it is the number itself has one more. */
function undecidedOf(run: string, version: Version, cells: readonly Cell[]): Told[] {
  const sum = Number(rowsOf('series').find((row) => row.run === run)?.[`undecided_${version}`]);
  const of = withPiece(() => true, 'undecided');
  return sum === cells.filter(of).reduce((n, { addresses }) => n + addresses.length, 0)
    ? [{ name: 'undecided', of, sum }]
    : [];
}

/** Every other number that is told of a run. */
function toldOf(run: string, version: Version): Told[] {
  const everywhere: Of = () => true;
  const funnel = rowsOf(`runs/${run}/funnel`).flatMap((row): Told[] => {
    const piece = steps[String(row.step)];
    const sum = row[version];
    return piece === undefined || typeof sum !== 'number'
      ? []
      : [{ name: piece, of: withPiece(everywhere, piece), sum }];
  });
  const verdicts = rowsOf(`runs/${run}/verdicts`).flatMap((row): Told[] => {
    const own = row.version === version && claims.includes(String(row.verdict)) && row.verdict !== 'capable';
    return own
      ? [{ name: `verdict ${row.verdict}`, of: ({ claim }) => claim === row.verdict, sum: Number(row.endpoints) }]
      : [];
  });
  const tables: [string, (keyof Cell)[]][] = [
    ['by-country', ['country']],
    ['by-country-as', ['country', 'as']],
    ['by-port', ['port']],
    ['by-port-family', ['port', 'family']],
  ];
  return [
    ...funnel,
    ...verdicts,
    ...tables.flatMap(([name, keys]) => rowsOf(`runs/${run}/${name}`).flatMap((row) => tellsOf(row, version, keys))),
  ];
}

const endpoints = new Map<string, Endpoint[]>();
for (const [i, run] of runNames.entries()) endpoints.set(run, await endpointsOf(runs[i] ?? '', place('temp')));

const attacks = runNames.flatMap((run) =>
  versions.map((version) => {
    const cells = cellsOf(endpoints.get(run) ?? [], version);
    const told = [...toldOf(run, version), ...undecidedOf(run, version, cells)];
    return { run, version, cells, told };
  }),
);

test('every number of the files is the true one, and many are withheld', () => {
  let count = 0;
  for (const { run, version, cells, told } of attacks) {
    for (const { name, of, sum } of told) {
      const endpointsIn = cells.filter(of).reduce((n, { addresses }) => n + addresses.length, 0);
      assert.is(sum, endpointsIn, `${run} ${version}: ${name}`);
      count += 1;
    }
  }
  assert.ok(count > 1000, `${count} numbers`);
  const leaves = runNames.flatMap((run) => rowsOf(`runs/${run}/by-country-as`));
  assert.ok(leaves.filter(({ withheld }) => withheld !== '').length > 100);
  assert.ok(leaves.filter(({ capable_v1 }) => capable_v1 !== null).length > 20);
});

test('each number, and each difference of two where one holds the other, stands for nobody or k addresses', () => {
  for (const { run, version, cells, told } of attacks) {
    const sets = told.map(({ name, of }) => ({ name, mask: cells.map((cell) => (of(cell) ? 1 : 0)) }));
    for (const a of sets) {
      const own = addressesIn(cells.filter((_, i) => a.mask[i] === 1));
      assert.ok(own === 0 || own >= k, `${run} ${version}: ${a.name} is ${own}`);
      for (const b of sets) {
        if (a === b || b.mask.some((one, i) => one > (a.mask[i] ?? 0))) continue;
        const left = addressesIn(cells.filter((_, i) => a.mask[i] === 1 && b.mask[i] === 0));
        assert.ok(left === 0 || left >= k, `${run} ${version}: ${a.name} without ${b.name} is ${left}`);
      }
    }
  }
});

test('no sum of published numbers, added and taken away, gives a set under k', () => {
  let found = 0;
  for (const { run, version, cells, told } of attacks) {
    const basis = reduced(told.map(({ of, sum }) => ({ of: cells.map((cell) => (of(cell) ? 1 : 0)), sum })));
    for (const { name, of } of targetsOf(cells, told)) {
      if (
        solved(
          basis,
          cells.map((cell) => (of(cell) ? 1 : 0)),
        ) === null
      )
        continue;
      found += 1;
      const addresses = addressesIn(cells.filter(of));
      assert.ok(addresses === 0 || addresses >= k, `${run} ${version}: ${name} has ${addresses}`);
    }
  }
  assert.ok(found > 500, `${found} sets follow`);
});

test('nor do the bounds of what is withheld leave one value under k', () => {
  for (const { run, version, cells, told } of attacks.slice(-2)) {
    // Countries and ports only: the networks have their own test in disclosure/tree.test.ts.
    const coarse = new Map<string, Cell>();
    for (const cell of cells) {
      const key = `${cell.country} ${cell.port} ${cell.family} ${cell.claim}`;
      coarse.set(key, { ...cell, as: '', addresses: [...(coarse.get(key)?.addresses ?? []), ...cell.addresses] });
    }
    const few = [...coarse.values()];
    const known = told.filter(({ name }) => !/,AS/.test(name));
    const basis = reduced(known.map(({ of, sum }) => ({ of: few.map((cell) => (of(cell) ? 1 : 0)), sum })));
    for (const country of new Set(few.map((cell) => cell.country))) {
      for (const piece of ['capable', 'rest', 'confirmed']) {
        const of = withPiece((cell) => cell.country === country, piece);
        const value = foundOut(
          basis,
          few.map((cell) => (of(cell) ? 1 : 0)),
        );
        assert.ok(value === null || value === 0 || value >= k, `${run} ${version}: ${piece} of ${country} is ${value}`);
      }
    }
  }
});

/** Columns that count endpoints. */
const counts = (view: View) =>
  view.columns.filter(({ kind, key }) => kind === 'count' && !key.startsWith('undecided')).map(({ key }) => key);

test('no file has a number from 1 to 4 in a column of counts', () => {
  for (const [name, view] of views)
    for (const row of [...view.rows, view.all ?? {}])
      for (const key of counts(view)) {
        const value = row[key];
        assert.ok(typeof value !== 'number' || value === 0 || value >= k, `${name}: ${key} is ${value}`);
      }
});

test('what stands at several addresses is the same: lists of the newest run, series, slices', () => {
  const newest = runNames.at(-1) ?? '';
  for (const name of ['by-country', 'by-as', 'by-port']) assert.equal(rowsOf(name), rowsOf(`runs/${newest}/${name}`));
  for (const [name, view] of views) {
    const [, list = '', key = ''] = /^(by-country|by-as|by-port)\/([^/]+)$/.exec(name) ?? [];
    if (key === '') continue;
    const id = list === 'by-country' ? 'country' : list.slice('by-'.length);
    for (const { run, time, ...numbers } of view.rows) {
      assert.type(time, 'string');
      const listed = rowsOf(`runs/${run}/${list}`).find((row) => row[id] === key);
      if (listed === undefined)
        assert.ok(
          Object.entries(numbers).every(([column, value]) => column === 'withheld' || value === null),
          `${name} ${run}`,
        );
      else
        for (const [column, value] of Object.entries(numbers))
          assert.is(listed[column], value, `${name} ${run} ${column}`);
    }
  }
  for (const row of rowsOf('series')) {
    const funnel = rowsOf(`runs/${row.run}/funnel`);
    for (const [step, piece] of Object.entries(steps))
      assert.is(row[`${piece}_v1`], funnel.find((one) => one.step === step)?.v1, String(row.run));
  }
});

test.run();
