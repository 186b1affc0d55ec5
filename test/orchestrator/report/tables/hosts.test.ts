import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import {
  announcementTable,
  connectionTable,
  pathTable,
  systemGuessTable,
} from '../../../../orchestrator/report/tables/hosts.ts';
import { makeFacts } from '../facts.ts';
import { makeResults } from '../results.ts';

const test = suite('report/tables/hosts');

const summary = { addresses_capable: 2000 };
const connections = [1500, 1400, 1300, 1200].map((of) => ({ observation: 'x', addresses: 1, of, share: 1 }));

test('connections are of the capable addresses that one was tried to', () => {
  const table = connectionTable(makeFacts(), makeResults(summary, { connections }));
  assert.is(table.rows.length, 4);
  assert.match(table.denominator, 'tried to 1,500 of 2,000 (75.00\u00a0%) capable addresses');
});

test('where no connection was tried there are no rows of zeros', () => {
  assert.equal(
    connectionTable(makeFacts(), makeResults(summary, { connections: [{ ...connections[0], of: 0 }] })).rows,
    [],
  );
  assert.equal(connectionTable(makeFacts(), makeResults(summary)).rows, []);
});

test('announcements are of the connections that were recorded, the fourth observation', () => {
  const table = announcementTable(makeFacts(), makeResults(summary, { connections }));
  assert.match(table.denominator, 'n = 1,200 capable addresses');
  assert.match(table.empty, 'None of the 1,200 capable addresses');
});

test('where no connection was recorded nothing is said of announcements', () => {
  assert.not.match(announcementTable(makeFacts(), makeResults(summary)).empty, 'None of the');
});

test('Table 4 is of the capable addresses that have a candidate, with the accuracy of the guesses', () => {
  const row = { fingerprinted: 500, candidates: 1750, accuracy_mean: 91.25, accuracy_deviation: 3.456 };
  const { denominator } = systemGuessTable(makeFacts(), makeResults(summary, { fingerprints: [row] }));
  assert.match(denominator, 'n = 500 of 2,000 (25.00\u00a0%) capable addresses with a candidate, 1,750 candidates');
  assert.match(denominator, 'Mean accuracy 91.3 %, standard deviation 3.46.');
});

test('an accuracy that is half known is not stated', () => {
  const row = { fingerprinted: 1, candidates: 1, accuracy_mean: 91, accuracy_deviation: null };
  assert.not.match(
    systemGuessTable(makeFacts(), makeResults(summary, { fingerprints: [row] })).denominator,
    'accuracy',
  );
});

test('round trips are of all bands together', () => {
  const bands = [1000, 234].map((addresses) => ({ band: 'b', addresses, share: 50 }));
  const table = pathTable(makeFacts(), makeResults(summary, { path_ratios: bands }));
  assert.match(table.denominator, 'n = 1,234 capable addresses with both round trips');
});

const scanned = {
  stage: 'scan',
  unit: 'address',
  tool: 'zmap',
  counts: null,
  measured: { from: '2026-11-01', to: '2026-11-02' },
};
const late: [title: string, make: typeof pathTable, stage: string, says: RegExp][] = [
  ['Table 4', systemGuessTable, 'os', / Operating systems were asked 10 days after the scan\.$/],
  ['round trips', pathTable, 'path', / Ping round trips were measured 10 days after the scan\.$/],
  ['connections', connectionTable, 'handshake', / Connections were made 10 days after the scan\.$/],
  ['announcements', announcementTable, 'handshake', / Connections were made 10 days after the scan\.$/],
];
for (const [title, make, stage, says] of late) {
  test(`${title}: a stage that asked on another day is dated below its table, one of the same day is not`, () => {
    const results = makeResults(summary, { connections, fingerprints: [] });
    const denominatorOf = (measured: { from: string; to: string }) =>
      make(makeFacts({ stages: [scanned, { ...scanned, stage, measured }] }), results).denominator;
    assert.match(denominatorOf({ from: '2026-11-12', to: '2026-11-12T08:00Z' }), says);
    assert.not.match(denominatorOf({ from: '2026-11-02', to: '2026-11-02T08:00Z' }), 'after the scan');
  });
}

test.run();
