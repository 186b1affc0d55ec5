import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Results } from '../../../../orchestrator/report/results.ts';
import { coverageSentence, emptySentence, notMeasured } from '../../../../orchestrator/report/tables/coverage.ts';
import { makeResults } from '../results.ts';

const test = suite('report/tables/coverage');

function over(known: number, missing: [string, number][], summary = { addresses_capable: 60 }): Results {
  return makeResults(summary, {}, [{ field: 'country', known, missing }]);
}

const cases: [title: string, known: number, missing: [string, number][], disabled: boolean][] = [
  ['a field that no address has because nothing was measured was disabled', 0, [['not_measured', 60]], true],
  ['a field that one address has was measured', 1, [['not_measured', 59]], false],
  [
    'a field that the source lacks for one address was measured',
    0,
    [
      ['not_measured', 59],
      ['no_data', 1],
    ],
    false,
  ],
];
for (const [title, known, missing, disabled] of cases)
  test(title, () => {
    assert.is(notMeasured(over(known, missing), 'country'), disabled);
  });

test('a field without coverage is not said to be disabled', () => {
  assert.is(notMeasured(over(0, [['not_measured', 60]]), 'asn'), false);
});

test('the sentence has the share of the capable addresses, and each reason in words', () => {
  const results = over(41, [
    ['no_data', 17],
    ['timeout', 1],
    ['not_measured', 1],
  ]);
  assert.is(
    coverageSentence(results, 'country', 'a country'),
    '41 of 60 (68.33\u00a0%) capable addresses have a country; without: 17 not in the source, 1 timed out, 1 not measured.',
  );
});

test('without a missing value the sentence names no reason', () => {
  assert.is(
    coverageSentence(over(60, []), 'country', 'a country'),
    '60 of 60 (100.00\u00a0%) capable addresses have a country.',
  );
});

test('an empty table says first that nothing was capable, then that nothing was measured, then that there is no data', () => {
  const none = makeResults({ addresses_capable: 0, addresses_synack: 1 });
  assert.is(
    emptySentence(none, 'country', 'geo'),
    'No address was found capable, out of 1 address that answered with a SYN/ACK.',
  );
  assert.match(emptySentence(over(0, [['not_measured', 60]]), 'country', 'geo'), 'the geo stage was disabled');
  assert.match(emptySentence(over(0, [['no_data', 60]]), 'country', 'geo'), 'No data');
  assert.match(emptySentence(over(0, [['not_measured', 60]]), null, 'handshake'), 'No data');
});

test.run();
