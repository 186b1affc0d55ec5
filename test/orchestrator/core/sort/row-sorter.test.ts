// runs: behind
import { existsSync, mkdtempSync, readdirSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { unitKey } from '../../../../orchestrator/core/part/units.ts';
import { RowSorter } from '../../../../orchestrator/core/sort/row-sorter.ts';
import { dice } from '../random-record.ts';

const test = suite('sorting the rows of a part');

interface Row {
  key: string;
  mark: number;
  text: string;
}

interface Sorted {
  mark: number;
  text: string;
  fresh: boolean;
}

function sort(rows: Row[], most?: number): Sorted[] {
  const temp = join(mkdtempSync(join(tmpdir(), 'sorter-')), 'runs');
  const sorter = new RowSorter(temp, most);
  for (const { key, mark, text } of rows) sorter.add(key, mark, text);
  const sorted = Array.from(sorter.sorted(), ({ mark, fresh, bytes, from, to }) => {
    return { mark, fresh, text: bytes.toString('utf8', from, to) };
  });
  assert.not(existsSync(temp), 'nothing is left on disk');
  return sorted;
}

function byKey(rows: Row[]): Row[] {
  return [...rows].sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
}

/** What must come out. */
function sorted(rows: Row[]): Sorted[] {
  return byKey(rows).map(({ key, mark, text }, at, all) => ({ mark, text, fresh: key !== all[at - 1]?.key }));
}

/** Rows with few keys and many, so that equal ones lie in several runs. */
function rowsOf(count: number, keys: number): Row[] {
  const roll = dice(count + keys);
  return Array.from({ length: count }, (_, n) => {
    const text = `${n} ${'ä'.repeat(roll(40))}`;
    return { key: `k${roll(keys)}`, mark: n, text };
  });
}

const cases: [sentence: string, rows: Row[]][] = [
  ['none', []],
  ['one', rowsOf(1, 1)],
  ['rows that came in order', byKey(rowsOf(500, 400))],
  ['rows of one key, which stay in the order they came', rowsOf(500, 1)],
  ['rows of few keys', rowsOf(2000, 7)],
  ['rows of many keys', rowsOf(2000, 5000)],
  ['keys that begin with each other', rowsOf(2000, 300).map((row) => ({ ...row, key: 'ab'.repeat(row.mark % 41) }))],
  [
    'long keys that differ in the end alone',
    rowsOf(300, 40).map((row) => ({ ...row, key: `${'x'.repeat(5000)}${row.key}` })),
  ],
  [
    'keys in the order of their code units, beyond 16 bits too',
    rowsOf(600, 3).map((row) => ({
      ...row,
      key: String.fromCodePoint([0x7a, 0xe9, 0xfb01, 0x1f600][row.mark % 4] ?? 0) + row.key,
    })),
  ],
  [
    'a row longer than a block',
    [...rowsOf(20, 9), { key: 'k4', mark: 7, text: 'x'.repeat(700_000) }, ...rowsOf(20, 9)],
  ],
  [
    'empty texts and keys',
    [
      { key: '', mark: 1, text: '' },
      { key: 'a', mark: 2, text: '' },
      { key: '', mark: 3, text: 'b' },
    ],
  ],
];
for (const [sentence, rows] of cases) {
  for (const [where, most] of [
    ['in memory', undefined],
    ['in a few runs', 20_000],
    ['in many runs', 100],
  ] as const) {
    test(`gives every row once, by key, ${where}: ${sentence}`, () => {
      assert.equal(sort(rows, most), sorted(rows));
    });
  }
}

test('rows beyond what may be held are on disk before they are asked for, and no more is held', () => {
  const temp = join(mkdtempSync(join(tmpdir(), 'sorter-')), 'runs');
  const most = 20_000;
  const sorter = new RowSorter(temp, most);
  const rows = rowsOf(5000, 5000);
  for (const { key, mark, text } of rows) sorter.add(key, mark, text);
  const total = rows.reduce((sum, { text }) => sum + Buffer.byteLength(text), 0);
  const onDisk = readdirSync(temp).reduce((sum, name) => sum + statSync(join(temp, name)).size, 0);
  assert.ok(onDisk > total - most, `${onDisk} of ${total} bytes`);
  assert.is([...sorter.sorted()].length, rows.length);
});

test('of a part without a bound of its own no more than 96 MB are held', () => {
  const temp = join(mkdtempSync(join(tmpdir(), 'sorter-')), 'runs');
  const sorter = new RowSorter(temp);
  const megabyte = 'x'.repeat(1 << 20);
  for (let n = 0; n < 95; n += 1) sorter.add(`k${n}`, n, megabyte);
  assert.not(existsSync(temp), 'what has room is held');
  sorter.add('k95', 95, megabyte);
  assert.equal(readdirSync(temp), ['run-0']);
});

/** Names of units in the order of their keys. */
const orders: [sentence: string, numbers: boolean[], units: string[]][] = [
  ['numbers by their value', [true], ['2', '9', '10', '100']],
  ['an address by its text', [], ['10.0.0.2', '10.0.0.9', '2.0.0.1']],
  [
    'address, port, probe',
    [false, true],
    ['1.0.0.1 80 v0', '1.0.0.1 80 v1', '1.0.0.1 443 v0', '1.0.0.1 8080 v0', '1.0.0.10 80 v0'],
  ],
  ['an address before one that it begins', [false, true], ['1.0.0.1 443', '1.0.0.1 65535', '1.0.0.11 1']],
  ['IPv6', [false, true], ['2001:db8:: 80', '2001:db8::1 80', '2001:db8::1 443', '2001:db8::1:0 80']],
];
for (const [sentence, numbers, units] of orders) {
  test(`units are sorted word by word: ${sentence}`, () => {
    const sorted = [...units].reverse().sort((a, b) => (unitKey(a, numbers) < unitKey(b, numbers) ? -1 : 1));
    assert.equal(sorted, units);
    assert.is(new Set(units.map((unit) => unitKey(unit, numbers))).size, units.length);
  });
}

test.run();
