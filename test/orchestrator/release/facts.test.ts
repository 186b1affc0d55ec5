import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { releasedFacts } from '../../../orchestrator/release/run.ts';
import { makeFacts } from '../report/facts.ts';

const test = suite('release/run');

const counts = { units_in: 3, answered: 3, failed: {}, rejected: {}, skipped: {}, records_out: 3, rejected_lines: 0 };
const facts = makeFacts({
  stages: [{ stage: 'handshake', unit: 'address, port', tool: 'wget', counts, measured: null }],
  notices: [
    { stage: 'whois', text: 'none of 3 addresses was found', lost: true },
    { stage: 'handshake', text: 'something else changed a setting', lost: false },
  ],
  setting: [
    ['rule_set', 'ours'],
    ['kernel', 'Linux 6.18'],
    ['handshake.held', '3'],
    ['asn.table_of', '2026-11-22'],
  ],
});

test('at level aggregate nothing is told that counts who was asked what', () => {
  const told = releasedFacts({ facts }, 'aggregate');
  assert.is(told.asked, null);
  assert.equal(
    told.stages.map(({ counts }) => counts),
    [null],
  );
  assert.equal(
    told.setting.map(([key]) => key),
    ['rule_set', 'kernel', 'asn.table_of'],
  );
  assert.equal(
    told.notices.map(({ stage, text, lost }) => [stage, lost, /\d/.test(text)]),
    [
      ['whois', true, false],
      ['handshake', false, false],
    ],
  );
});

test('at the other levels all is told', () => {
  for (const level of ['prefix', 'full'] as const) assert.is(releasedFacts({ facts }, level), facts);
});

test.run();
