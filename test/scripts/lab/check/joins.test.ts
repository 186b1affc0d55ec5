import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { check } from '../../../../scripts/lab/check/check.ts';
import type { Result } from '../../../../scripts/lab/check/result.ts';
import { planOf } from '../../../../scripts/lab/plan.ts';
import { truthOf } from '../../../../scripts/lab/truth.ts';
import { readWorld } from '../../../../scripts/lab/world.ts';
import { perfectRun } from '../perfect-run.ts';

const test = suite('scripts/lab/check: joins');
const small = truthOf(planOf(await readWorld('small')));

/** What the first host of a site announced, in a run that may be changed. */
function announcedBy({ hosts }: Result, site: string) {
  const address = small.hosts.find((host) => host.site === site)?.address;
  return hosts.find((row) => row.address === address)?.announced ?? [];
}

const multihomed = 'multihomed: have more than one address (multi-homed)';

/** One thing wrong in the run each, and all that the check says of it. */
const faults: [title: string, spoil: (result: Result) => void, said: string[]][] = [
  ['nothing', () => undefined, []],
  [
    'a join that did not come about',
    (run) => {
      for (const one of announcedBy(run, 'twohomed')) if (one.joined) one.joined = false;
    },
    ['announced 198.18.48.78: nothing, right is joined'],
  ],
  [
    'a private address that was asked',
    (run) => {
      for (const one of announcedBy(run, 'twohomed')) if (one.joined === null) one.joined = true;
    },
    ['announced 10.1.2.3: joined not_global, right is not_global not_global'],
  ],
  [
    'one host where there are two',
    (run) => {
      run.joins[multihomed] = 1;
    },
    [`${multihomed}: 1, right are 3`],
  ],
  [
    'a table that is not there',
    (run) => {
      delete run.joins['host_sizes: 3'];
    },
    ['host_sizes: 3: undefined, right are 2'],
  ],
];
for (const [title, spoil, said] of faults) {
  test(`${title}: the check names it, and nothing else`, () => {
    const result = perfectRun(small);
    spoil(result);
    assert.equal(check(small, result).differences, said);
  });
}

test('nothing is compared where joins were not asked for', () => {
  const result = perfectRun(small);
  result.manifest.config.handshake.join = false;
  result.joins = {};
  assert.equal(check(small, result).differences, []);
});

test.run();
