import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { stageTable } from '../../../../orchestrator/report/tables/stages.ts';
import { makeFacts } from '../facts.ts';

const test = suite('report/tables/stages');

const counts = {
  units_in: 1020,
  answered: 8,
  failed: { refused: 2, timeout: 1000, unreachable: 2, no_route: 0 },
  rejected: { url: 1, blank: 3 },
  skipped: { duplicate: 4 },
  records_out: 8,
  rejected_lines: 2,
};
const measured = { from: '2026-11-22T10:00:07.000Z', to: '2026-11-23T11:12:59.999Z' };
const [row] = stageTable(
  makeFacts({ stages: [{ stage: 'scan', unit: 'target', tool: 'zmap', counts, measured }] }),
).rows;

test('a row adds up: in = answered + failed + rejected + skipped', () => {
  assert.equal([row?.units_in, row?.answered, row?.failed, row?.rejected, row?.skipped], [1020, 8, 1004, 4, 4]);
});

test('reasons are those that occurred, the most frequent first, ties by name: failed; rejected; skipped', () => {
  assert.is(row?.why, 'timeout 1,000, refused 2, unreachable 2; blank 3, url 1; duplicate 4');
});

test('where nothing failed no reason is given, nor a separator', () => {
  const clean = { ...counts, failed: {}, rejected: { url: 0 } };
  const stages = [{ stage: 'scan', unit: 'target', tool: 'zmap', counts: clean, measured: null }];
  assert.is(stageTable(makeFacts({ stages })).rows[0]?.why, 'duplicate 4');
});

test('a disabled stage has no counts, not counts of 0', () => {
  const [off] = stageTable(
    makeFacts({ stages: [{ stage: 'os', unit: 'address', tool: 'nmap', counts: null, measured: null }] }),
  ).rows;
  assert.is(off?.tool, 'disabled');
  assert.equal(
    [off?.units_in, off?.answered, off?.failed, off?.rejected, off?.skipped],
    [null, null, null, null, null],
  );
});

test('each stage is dated by itself, to the minute; one that ran no program is not', () => {
  assert.equal([row?.from, row?.to], ['2026-11-22T10:00Z', '2026-11-23T11:12Z']);
  const stages = [{ stage: 'geo', unit: 'address', tool: 'maxmind', counts, measured: null }];
  const [looked] = stageTable(makeFacts({ stages })).rows;
  assert.equal([looked?.from, looked?.to], [null, null]);
});

test.run();
