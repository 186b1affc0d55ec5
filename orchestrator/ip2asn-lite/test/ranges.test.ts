import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { buildTable, FileError, type Table } from '../src/index.ts';
import { rejection, withFile } from './scratch.ts';

const test = suite('range files');

function tableOf(lines: readonly string[]): Promise<Table> {
  return withFile('ranges', `${lines.join('\n')}\n`, (source) => buildTable({ source }));
}

/** A line that has a quote where none may be: a piece of a field must not pass for the whole. */
const STRAY = [
  '1.0.0.0,1.0.0.255,13"335,x',
  '"1.0.0.0","1.0.0.255","133"35,x',
  '1.0.0.0,1.0.0.2"5,13335,x',
  '1.0.0.0,"1.0.0.255,13335,x',
  '1.0.0.0,1.0.0.255,13335,"x"y',
];

for (const line of STRAY) {
  test(`${line} is refused, not read in part`, async () => {
    const error = await rejection(tableOf(['198.18.0.0,198.18.0.255,64500,EXAMPLE', line]));
    assert.ok(error instanceof FileError && error.code === 'BAD_FORMAT', String(error));
    assert.match(error.expected, /stand in quotes as a whole or not at all/);
  });
}

test('a name has the commas that it was written with, and its country at the end', async () => {
  const table = await tableOf([
    '198.18.0.0,198.18.0.255,1,Example, Inc.',
    '198.18.1.0,198.18.1.255,2,SE,EXAMPLE-AS, Stockholm',
    '198.18.2.0,198.18.2.255,3,"Example ""AB"", Inc."',
    '198.18.3.0,198.18.3.255,4,FI,"EXAMPLE, FI-1"',
    '198.18.4.0,198.18.4.255,5,',
    '198.18.5.0,198.18.5.255,6',
  ]);
  const names = [1, 2, 3, 4, 5, 6].map((asn) => table.name(asn));
  const expected = [
    'Example, Inc.',
    'EXAMPLE-AS, Stockholm, SE',
    'Example "AB", Inc.',
    'EXAMPLE, FI-1, FI',
    null,
    null,
  ];
  assert.equal(names, expected);
});

test('ranges that overlap the one before are counted, and the smallest piece answers', async () => {
  const apart = await tableOf([
    '198.18.0.0\t198.18.0.255\t1',
    '198.18.1.0\t198.18.1.255\t2',
    '2001:db8::\t2001:db8::ff\t3',
  ]);
  assert.is(apart.info.counts.ranges_overlapping, undefined);
  const table = await tableOf([
    '198.18.0.0\t198.18.0.127\t2',
    '198.18.0.64\t198.18.0.79\t1',
    '198.18.0.79\t198.18.0.79\t3',
  ]);
  assert.is(table.info.counts.ranges_overlapping, 2);
  assert.equal(
    ['198.18.0.63', '198.18.0.64', '198.18.0.78', '198.18.0.79', '198.18.0.80'].map((address) => table.asn(address)),
    [2, 1, 1, 3, 2],
  );
});

test.run();
