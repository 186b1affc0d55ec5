import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Kind } from '../../../../orchestrator/report/format.ts';
import { toCsv } from '../../../../orchestrator/report/tables/table.ts';

const test = suite('report/tables/table');

const cells: [says: string, cell: string | number | null, kind: Kind, csv: string][] = [
  ['text that begins a formula stands behind an apostrophe', '=1+1', 'text', "'=1+1"],
  ['so does a plus', '+1', 'text', "'+1"],
  ['a minus', '-AS64500', 'text', "'-AS64500"],
  ['an at', '@SUM(A1)', 'text', "'@SUM(A1)"],
  ['a sign of double width', '\uff1d1+1', 'text', "'\uff1d1+1"],
  ['a sign behind spaces', '  =1', 'text', "'  =1"],
  ['a sign within is none', 'a=b', 'text', 'a=b'],
  ['a formula with a comma is quoted as well', '=A1,B1', 'text', '"\'=A1,B1"'],
  ['quotation marks are doubled', 'the "net"', 'text', '"the ""net"""'],
  ['a number below zero is a number', -4.25, 'number', '-4.25'],
  ['a longitude is', -77.5, 'id', '-77.5'],
  ['a count is', -1, 'count', '-1'],
  ['one that came as text is', '-77.5', 'id', '-77.5'],
  ['a formula in a column of numbers is none', '=1', 'id', "'=1"],
  ['nothing is nothing', null, 'text', ''],
];
for (const [says, cell, kind, csv] of cells) {
  test(says, () => {
    assert.is(toCsv([{ key: 'cell', kind }], [{ cell }]), `cell\n${csv}\n`);
  });
}

test.run();
