import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { countryTable, systemTable } from '../../../../orchestrator/report/tables/places.ts';
import { makeResults } from '../results.ts';

const test = suite('report/tables/places');

const summary = {
  addresses_capable: 3,
  addresses_synack: 1200,
  addresses_capable_v1: 2,
  addresses_tried_v1: 2,
  addresses_confirmed_v1: 1,
};
const tables = [
  { what: 'Table 1', make: countryTable, query: 'table1', field: 'country', stage: 'geo' },
  { what: 'Table 2', make: systemTable, query: 'table2', field: 'asn', stage: 'asn' },
] as const;

for (const { what, make, query, field, stage } of tables) {
  const rows = [{ [field]: 'X', v1: 2, confirmed: 1, v0: 1 }];

  test(`${what} shows the rows of its query, with the capable, the answered and the known addresses`, () => {
    const table = make(makeResults(summary, { [query]: rows }, [{ field, known: 2, missing: [['no_data', 1]] }]));
    assert.equal(
      table.rows.map(({ interval, ...row }) => row),
      rows,
    );
    assert.match(table.denominator, 'n = 3 capable addresses, out of 1,200 that answered with a SYN/ACK');
    assert.match(table.denominator, '2 of 3 (66.67\u00a0%) capable addresses have');
    assert.match(table.denominator, '1 not in the source');
    assert.match(table.denominator, '1 (50.00\u00a0%) is confirmed');
  });

  test(`${what} is empty when its stage was disabled, and names the stage`, () => {
    const table = make(makeResults(summary, { [query]: rows }, [{ field, known: 0, missing: [['not_measured', 3]] }]));
    assert.equal(table.rows, []);
    assert.match(table.empty, `the ${stage} stage was disabled`);
  });

  test(`${what} says what is capable, what of it is confirmed, and v0 by itself`, () => {
    const keys = make(makeResults(summary)).columns.map(({ key }) => key);
    assert.equal(keys.slice(-3), ['v1', 'confirmed', 'v0']);
  });
}

test('a ratio of Table 1 has its interval over ASes, where one is claimed', () => {
  const uncertain = {
    bounds: [],
    countries: new Map([
      ['FI', { low: 0.1, high: 0.25 }],
      ['DE', { why: 'too few' }],
    ]),
    popularity: null,
  };
  const rows = ['FI', 'DE', 'SE'].map((country) => ({ country, servers: 1 }));
  const { rows: shown } = countryTable({ ...makeResults(summary, { table1: rows }), uncertain });
  assert.equal(
    shown.map(({ interval }) => interval),
    ['10.00 to 25.00\u00a0%', null, null],
  );
});

test('a row of a region is told from countries, and nothing is said where there is none', () => {
  const meaningOf = (countries: string[], known = 2) => {
    const table1 = countries.map((country) => ({ country, servers: 1 }));
    const coverage = { field: 'country', known, missing: [['not_measured', 3]] as [string, number][] };
    return countryTable(makeResults(summary, { table1 }, [coverage])).meaning;
  };
  assert.match(meaningOf(['FI', 'EU']), 'EU (Europe) is a region, not a country: the database knows no more');
  assert.match(meaningOf(['EU', 'AP']), 'EU (Europe) and AP (Asia and the Pacific) are regions, not countries');
  assert.not.match(meaningOf(['FI', '(unknown)']), 'region');
  assert.not.match(meaningOf(['EU'], 0), 'region');
});

test.run();
