import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { z } from 'zod';
import { mostRowBytes, RowJson } from '../../../../orchestrator/core/rows/row-json.ts';
import { roles } from '../../../../orchestrator/roles.ts';
import { dice, randomRecord } from '../random-record.ts';

const test = suite('rows as JSON.stringify writes them');

/** The same value with plain characters in every text. */
function plain(value: unknown): unknown {
  if (typeof value === 'string') return value.replaceAll(/[^ !#-[\]-~]/g, 'x').slice(0, 1000);
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, of]) => [name, plain(of)]));
}

/** Whatever lies in the bytes before, one row stands there as it should, and nothing in front of it. */
function written(json: RowJson, row: unknown, from = 5): string | null {
  const bytes = Buffer.alloc(mostRowBytes + from, 0xff);
  const end = json.write(row, bytes, from);
  assert.ok(bytes.subarray(0, from).every((byte) => byte === 0xff));
  return end === -1 ? null : bytes.toString('utf8', from, end);
}

const schemas: [name: string, schema: z.ZodType][] = Object.entries(roles).flatMap(([name, { input, record }]) => [
  [`units of ${name}`, input],
  [`records of ${name}`, record],
]);
for (const [name, schema] of schemas) {
  test(`${name}, of plain characters: all of them; of any: those that it takes`, () => {
    const roll = dice(name.length + 40);
    const json = new RowJson();
    for (let n = 0; n < 300; n += 1) {
      const row = randomRecord(roll, schema);
      assert.is(written(json, plain(row)), JSON.stringify(plain(row)));
      const any = written(json, row);
      assert.ok(any === null || any === JSON.stringify(row), `${any}`);
    }
  });
}

const taken: [sentence: string, ...rows: object[]][] = [
  ['no field', {}],
  ['an empty text', { a: '' }],
  ['texts of any length', ...Array.from({ length: 300 }, (_, n) => ({ a: 'x'.repeat(n), b: 'y'.repeat(300 - n) }))],
  ['a text that is the one before it', { a: 'name', b: 'name', c: 'name' }, { a: 'other', b: 'name', c: 'other' }],
  [
    'a text of the row before, in another field',
    { a: 'one', b: 'two' },
    { a: 'two', b: 'one' },
    { a: 'one', b: 'one' },
  ],
  ['a longer text behind a shorter one, and back', { a: 'a' }, { a: 'abcdefgh' }, { a: 'ab' }, { a: 'a' }],
  ['a number where a text was, and back', { a: 'x', b: 1 }, { a: 1, b: 'x' }, { a: 'x', b: 'x' }],
  ['fields that come and go', { a: 1, b: 'x', c: 2 }, { a: 1, c: 'x' }, { c: 3 }, { a: 1, b: 'x', c: 2 }],
  ['the same fields in another order', { a: 1, b: 'x' }, { b: 'x', a: 1 }],
  ['words', { a: null, b: true, c: false }, { a: false, b: null, c: true }],
  ['numbers of every kind', { a: 0, b: -0, c: -17, d: 2 ** 31 - 1, e: 2 ** 31, f: 0.1 + 0.2, g: 1e300, h: 2 ** 53 }],
  ['what JSON has no number for', { a: Number.NaN, b: Number.POSITIVE_INFINITY }],
  ['names that JSON escapes', { 'a"b': 1, 'c\\d': 2, é: 3 }],
  ['lists of numbers', { a: [] }, { a: [0], b: [] }, { a: [2 ** 31 - 1, 7, -0] }, { a: [10], b: [1, 2], c: 3 }],
  [
    'lists that hold more than small numbers',
    { a: [1, 2 ** 31] },
    { a: [-1] },
    { a: [1, 'x'] },
    { a: [1, 0.5] },
    { a: [[1], 2] },
  ],
  ['a list nearly as long as there is room for', { a: Array(1480).fill(2 ** 31 - 1) }],
  ['a list of many digits behind a long text', { a: 'x'.repeat(16_000), b: Array(30).fill(2 ** 31 - 1) }],
  ['what nests', { a: [], b: ['x', 1, null], c: { d: 'e"\n' } }],
];
for (const [sentence, ...rows] of taken) {
  test(`written: ${sentence}`, () => {
    const json = new RowJson();
    for (const row of rows.flatMap((each) => [each, each])) assert.is(written(json, row), JSON.stringify(row));
  });
}

const left: [sentence: string, row: unknown][] = [
  ['a quotation mark', { a: 'a"b' }],
  ['a backslash', { a: 'a\\b' }],
  ['a line end', { a: 'a\nb' }],
  ['a control character that JSON leaves as it is', { a: '\x7f' }],
  ['a character beyond ASCII', { a: 'ä' }],
  ['half a character', { a: '\ud800' }],
  ['one of these in a long text', { a: `${'x'.repeat(300)}ä` }],
  ['one of these in a list', { a: ['ä'] }],
  ['a field that JSON leaves out', { a: undefined }],
  ['a text that is too long', { a: 'x'.repeat(mostRowBytes) }],
  ['texts that are too long together', { a: 'x'.repeat(mostRowBytes / 2), b: 'x'.repeat(mostRowBytes / 2) }],
  ['a list that is too long', { a: Array(1600).fill(2 ** 31 - 1) }],
  ['too many fields', Object.fromEntries(Array.from({ length: 65 }, (_, n) => [`n${n}`, n]))],
  ['a name that is too long', { ['n'.repeat(80)]: 1 }],
  ['a list', [1]],
  ['a text', 'a'],
  ['nothing', null],
];
for (const [sentence, row] of left) {
  test(`left to JSON.stringify: ${sentence}`, () => {
    const json = new RowJson();
    assert.is(written(json, row), null);
    assert.is(written(json, row), null, 'nor when it comes again');
    // and is no hindrance to the next
    const next = { a: 'a', b: 'a' };
    assert.is(written(json, next), JSON.stringify(next));
  });
}

test('a row is written up to the bytes there are, whatever stands behind what is long', () => {
  const json = new RowJson();
  let given = 0;
  for (let length = mostRowBytes - 1000; length <= mostRowBytes; length += 1) {
    const numbers = Object.fromEntries(Array.from({ length: 40 }, (_, n) => [`n${n}`, 2 ** 31 - 1 - n]));
    const row = { text: 'x'.repeat(length), ...numbers };
    const text = written(json, row);
    if (text === null) continue;
    given += 1;
    assert.is(text, JSON.stringify(row));
  }
  assert.ok(given > 100 && given < 900, `${given}`);
});

test('texts of a row are its own, wherever it is written', () => {
  const json = new RowJson();
  const one = Buffer.alloc(mostRowBytes);
  const other = Buffer.alloc(2 * mostRowBytes);
  const row = { a: 'name', b: 'name' };
  for (const [bytes, from] of [
    [one, 0],
    [other, 100],
    [one, 0],
    [other, 7],
  ] as const) {
    bytes.fill(0x21);
    const end = json.write(row, bytes, from);
    assert.is(bytes.toString('utf8', from, end), JSON.stringify(row));
  }
});

test.run();
