import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import {
  type Sure,
  type Twice,
  tellAgreement,
  tellNetworks,
} from '../../../../orchestrator/site/disclosure/sureness.ts';
import type { ClusterInterval } from '../../../../orchestrator/uncertainty/clusters.ts';

const test = suite('disclosure: how sure a share is');
const k = 5;

const withheld: Sure = { why: 'withheld' };
const few: Sure = { why: 'not claimed: too few networks have any' };
const whole = { answered: 2000, capable: 20, confirmed: null };
/** So many networks with five capable endpoints each, beside forty with none. */
const networks = (holding: number) =>
  Array.from({ length: 40 + holding }, (_, i) => ({ n: i < holding ? 5 : 0, of: 40 }));
const interval: ClusterInterval = { low: 0.004_561, high: 0.021_12 };

const intervals: [
  says: string,
  interval: ClusterInterval,
  holding: number,
  of: Parameters<typeof tellNetworks>[1]['whole'],
  told: Sure,
][] = [
  ['two digits, rounded outward', interval, 20, whole, { share: 1, low: 0.45, high: 2.2 }],
  ['two digits that are exact stay', { low: 0.0045, high: 0.5 }, 20, whole, { share: 1, low: 0.45, high: 50 }],
  ['the ends of the scale stay', { low: 0, high: 0.999 }, 20, whole, { share: 1, low: 0, high: 100 }],
  ['five networks have any', interval, 5, whole, { share: 1, low: 0.45, high: 2.2 }],
  ['four networks with any are under k', interval, 4, whole, few],
  [
    'what the report does not claim is not claimed, and its numbers are not told',
    { why: '3 ASes have any' },
    20,
    whole,
    few,
  ],
  ['how many are capable is withheld', interval, 20, { ...whole, capable: null }, withheld],
  ['how many answered is withheld', interval, 20, { ...whole, answered: null }, withheld],
  ['nothing of the version is told', interval, 20, null, withheld],
];
for (const [says, given, holding, of, told] of intervals) {
  test(says, () => assert.equal(tellNetworks(given, { clusters: networks(holding), whole: of, k }), told));
}

/** Both of as many addresses as endpoints. */
const scans = (equal: number, different: number, more: Partial<Twice> = {}): Twice => ({
  ...{ equal: { endpoints: equal, addresses: equal }, different: { endpoints: different, addresses: different } },
  ...{ ports: 1, drawn: 0.01 },
  ...more,
});

const agreements: [says: string, twice: Twice | null, told: Sure][] = [
  ['the share with its interval, rounded outward', scans(990, 10), { share: 99, low: 98.1, high: 99.5 }],
  ['nobody differs', scans(40, 0), { share: 100, low: 91.2, high: 100 }],
  ['hardly anybody differs: it is not all', scans(99_990, 10), { share: 99.9, low: 99.9, high: 100 }],
  ['nobody agrees', scans(0, 40), { share: 0, low: 0, high: 8.8 }],
  ['four that differ are under k', scans(990, 4), withheld],
  ['four that agree are under k', scans(4, 990), withheld],
  ['eight ports of two addresses are two', { ...scans(990, 8), different: { endpoints: 8, addresses: 2 } }, withheld],
  ['of several ports no interval is claimed', scans(990, 10, { ports: 2 }), { share: 99, low: null, high: null }],
  ['half of all were scanned twice', scans(990, 10, { drawn: 0.5 }), { share: 99, low: 98.1, high: 99.5 }],
  [
    'more than half were: who was not is too few',
    scans(990, 10, { drawn: 0.51 }),
    { why: 'withheld: more than half of the addresses were scanned twice' },
  ],
  ['nobody answered', scans(0, 0), { why: 'not measured: of those scanned twice nobody answered' }],
  ['there was one scan', null, { why: 'not measured: the run has no rescan' }],
];
for (const [says, twice, told] of agreements) {
  test(`two scans: ${says}`, () => assert.equal(tellAgreement(twice, k), told));
}

const small: Sure = { why: 'withheld: it follows from networks under k too' };
for (const [says, one] of [
  ['a network with fewer capable endpoints than k', { n: 4, of: 40 }],
  ['a network with fewer answers than k', { n: 0, of: 4 }],
] as const) {
  test(`${says} has a part in the interval, which is withheld`, () => {
    assert.equal(tellNetworks(interval, { clusters: [...networks(20), one], whole, k }), small);
    assert.equal(tellNetworks(interval, { clusters: [...networks(20), one], whole, k: 1 }), {
      ...{ share: 1, low: 0.45, high: 2.2 },
    });
  });
}

test('with k of 1 nothing is withheld', () => {
  assert.equal(tellAgreement(scans(990, 1, { drawn: 1 }), 1), { share: 99.8, low: 99.4, high: 100 });
});

test.run();
