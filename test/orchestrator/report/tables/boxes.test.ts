import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { systemSignTable } from '../../../../orchestrator/report/tables/boxes.ts';
import { makeResults } from '../results.ts';

const test = suite('report/tables/boxes');

const none = { fallback: 0, fallback_of: 0, mp_fail: 0, mp_fail_of: 0, near: 0, near_of: 0, boxed: 0, boxed_of: 0 };
const rows = [
  {
    vendor: 'Cisco',
    capable: 1200,
    echoed: 30,
    other: 1,
    ...none,
    fallback: 6,
    fallback_of: 8,
    mp_fail: 3,
    mp_fail_of: 9,
  },
  { vendor: 'Linux', capable: 34, echoed: 10, other: 4, ...none, near: 1, near_of: 4 },
];

test('the denominators are those of all rows together', () => {
  const { denominator } = systemSignTable(makeResults({}, { system_signs: rows }));
  assert.match(
    denominator,
    '1,234 capable, 40 that mirror what was sent and are capable nowhere, 5 with another verdict',
  );
  assert.match(denominator, '6 of 8 (75.00\u00a0%) fell back to plain TCP, 3 of 9 (33.33\u00a0%) exchanged MP_FAIL');
  assert.match(denominator, '1 of 4 (25.00\u00a0%) answered the SYN in less than half the time of a ping');
});

test('without a fingerprint the table says so, and why where only replies are known', () => {
  assert.match(systemSignTable(makeResults({})).empty, 'No address has a fingerprint');
  assert.match(systemSignTable({ ...makeResults({}), alone: true }).empty, 'replies to SYNs alone');
});

test.run();
