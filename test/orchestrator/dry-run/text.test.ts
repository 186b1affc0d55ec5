import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { bytesText, columns, countText, rangeText, timeText } from '../../../orchestrator/dry-run/text.ts';

const test = suite('dry-run/text');

test('a range says what is known: one number, two bounds, a least, nothing', () => {
  const said = (least: number, most: number | null) => rangeText({ least, most }, countText);
  assert.equal(
    [said(1234, 1234), said(0, 1200), said(7, null), said(0, null)],
    ['1,234', '0 to 1,200', 'at least 7', 'unknown'],
  );
});

test('bytes and times have the unit that fits', () => {
  assert.equal([0, 999, 1000, 83_400, 607.2e9].map(bytesText), ['0 B', '999 B', '1.0 kB', '83.4 kB', '607.2 GB']);
  assert.equal([74, 7200, 172_799, 172_800, 3e6].map(timeText), ['1:14', '2:00:00', '47:59:59', '2 days', '34 days']);
});

test('columns have one width: the first to the left, the last as it is, the others to the right', () => {
  assert.equal(
    columns([
      ['a', 'bb', 'c'],
      ['aaa', 'b', ''],
    ]),
    ['a    bb  c', 'aaa   b'],
  );
});

test.run();
