import { readFileSync } from 'node:fs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { AlikeLines } from '../../../../orchestrator/core/json/alike-lines.ts';
import { Form } from '../../../../orchestrator/core/json/form.ts';
import { jsonOf, placedLines } from '../../../../orchestrator/core/process/lines.ts';

const test = suite('core/json/alike-lines');

const asIs = (row: unknown) => row;

async function* chunks(text: string, size: number): AsyncGenerator<Uint8Array> {
  const place = Buffer.alloc(size);
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += size)
    yield place.subarray(0, bytes.copy(place, 0, at, Math.min(bytes.length, at + size)));
}

/** Compares every value with that of JSON.parse, with the order of its names and the sign of a zero. */
async function compare(lines: readonly string[], size: number): Promise<void> {
  const alike = new AlikeLines();
  let count = 0;
  for await (const batch of placedLines(chunks(`${lines.join('\n')}\n`, size))) {
    for (const { value, line } of alike.rows(batch)) {
      assert.is(line, lines[count]);
      const parsed = jsonOf(line ?? '');
      assert.equal(value, parsed, line);
      assert.is(JSON.stringify(value), JSON.stringify(parsed), line);
      const zero = (row: unknown) => Object.values(Object(row)).some((one) => Object.is(one, -0));
      assert.is(zero(value), zero(parsed), line);
      count += 1;
    }
  }
  assert.is(count, lines.length);
}

/** Whether a line is read by the pattern of another. */
function fits(pattern: string, line: string): boolean {
  const form = Form.of(pattern, asIs);
  assert.ok(form);
  // other lines stand around it
  const bytes = Buffer.from(`before\n${line}\nbehind`);
  const words = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const row = form.read(line, { bytes, words }, 7);
  if (row !== undefined) assert.equal(row, JSON.parse(line));
  return row !== undefined;
}

const pattern = '{"a": "one", "b": 12, "c": null, "d": true }';

const alike: [title: string, line: string][] = [
  ['the same line again', pattern],
  ['another text', '{"a": "other", "b": 12, "c": null, "d": true }'],
  ['a text that begins the same', '{"a": "ones", "b": 12, "c": null, "d": true }'],
  ['a text that is the beginning of it', '{"a": "on", "b": 12, "c": null, "d": true }'],
  ['an empty text', '{"a": "", "b": 12, "c": null, "d": true }'],
  ['a number that begins the same', '{"a": "one", "b": 123, "c": null, "d": true }'],
  ['a number that is the beginning of it', '{"a": "one", "b": 1, "c": null, "d": true }'],
  ['zero', '{"a": "one", "b": 0, "c": null, "d": true }'],
  ['a number below zero', '{"a": "one", "b": -7, "c": null, "d": true }'],
  ['values of other kinds', '{"a": null, "b": false, "c": 999999999999999, "d": "true" }'],
];
for (const [title, line] of alike) {
  test(`what fits a pattern: ${title}`, () => {
    assert.ok(fits(pattern, line));
  });
}

const unlike: [title: string, line: string][] = [
  ['another name', '{"a": "one", "B": 12, "c": null, "d": true }'],
  ['a field less', '{"a": "one", "b": 12, "c": null }'],
  ['a field more', '{"a": "one", "b": 12, "c": null, "d": true, "e": 1 }'],
  ['other blanks', '{"a":"one", "b": 12, "c": null, "d": true }'],
  ['an escape', '{"a": "o\\u006ee", "b": 12, "c": null, "d": true }'],
  ['a control character', '{"a": "o\tne", "b": 12, "c": null, "d": true }'],
  ['a fraction', '{"a": "one", "b": 12.5, "c": null, "d": true }'],
  ['an exponent', '{"a": "one", "b": 12e1, "c": null, "d": true }'],
  ['a zero with a sign', '{"a": "one", "b": -0, "c": null, "d": true }'],
  ['a number with a zero before it', '{"a": "one", "b": 012, "c": null, "d": true }'],
  ['a sign alone', '{"a": "one", "b": -, "c": null, "d": true }'],
  ['more digits than are exact', '{"a": "one", "b": 9999999999999999, "c": null, "d": true }'],
  ['a word that is none', '{"a": "one", "b": 12, "c": nuul, "d": true }'],
  ['an object', '{"a": {"one": 1}, "b": 12, "c": null, "d": true }'],
  ['no value', '{"a": "one", "b": , "c": null, "d": true }'],
  ['a line that was cut', '{"a": "one", "b": 12, "c": nu'],
  ['a line that was cut within a text', '{"a": "on'],
  ['more behind it', `${pattern} `],
  ['nothing', ''],
];
for (const [title, line] of unlike) {
  test(`what fits no pattern: ${title}`, () => {
    assert.not.ok(fits(pattern, line));
  });
}

const noPattern: [title: string, line: string][] = [
  ['no JSON', '{"a": 1'],
  ['no object', '[1, 2]'],
  ['null', 'null'],
  ['a name twice', '{"a": 1, "b": 2, "a": 3}'],
  ['names that an object puts in another order', '{"b": 1, "7": 2, "3": 3}'],
  ['a list within', '{"a": [1]}'],
  ['a fraction', '{"a": 1.5}'],
  ['a name that means something else', '{"__proto__": 1}'],
  ['an escape', '{"a": "\\n"}'],
];
for (const [title, line] of noPattern) {
  test(`what makes no pattern: ${title}`, () => {
    assert.is(Form.of(line, asIs), null);
  });
}

test('what is added to the row of a pattern stands in every row, in the same place', () => {
  const form = Form.of('{"a": 1, "b": 2}', (row) => ({ ...Object(row), more: null }));
  const bytes = Buffer.from('{"a": 3, "b": 4}');
  const words = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const rows = [1, 2].map(() => form?.read(bytes.toString(), { bytes, words }, 0));
  assert.equal(rows, [
    { a: 3, b: 4, more: null },
    { a: 3, b: 4, more: null },
  ]);
  assert.is.not(rows[0], rows[1]);
});

/** Numbers from 0 to below `below`, the same in every run. */
function dice(): (below: number) => number {
  let state = 4711;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

const values = ['null', 'true', 'false', '0', '-0', '-1', '12', '123', '1.5', '1e3', '01', '"12"', '""', '"a\\"b"'];
const more = [
  '"ä"',
  '"\u2028"',
  '"x"',
  `"${'y'.repeat(300)}"`,
  '[1]',
  '{"a":1}',
  '4294967296',
  '123456789012345678',
  '"',
];

test('lines of every kind give what JSON.parse gives of them, wherever the pieces of the file end', async () => {
  const roll = dice();
  const all = [...values, ...more];
  const lines = Array.from({ length: 6000 }, () => {
    const names = roll(10) === 0 ? ['a', 'bb'] : ['a', 'bb', 'c c', 'd-d'];
    const colon = roll(8) === 0 ? ' : ' : ': ';
    const plain = roll(3) > 0;
    const fields = names.map((name) => `"${name}"${colon}${all[roll(plain ? 4 : all.length)]}`);
    const line = `{${fields.join(', ')}}`;
    return roll(20) === 0 ? line.slice(0, roll(line.length)) : line;
  });
  for (const size of [61, 1000, 1 << 18]) await compare(lines, size);
});

test('recorded replies of every release give what JSON.parse gives of them', async () => {
  const roll = dice();
  const folder = new URL('../../../fixtures/zmap/', import.meta.url);
  const names = ['v1.ndjson', 'v0.ndjson', 'join.ndjson', 'plain.ndjson', 'v1-v0.ndjson'];
  const recorded = names.flatMap((name) => readFileSync(new URL(name, folder), 'utf8').trim().split('\n'));
  const lines = Array.from({ length: 3000 }, () =>
    (recorded[roll(recorded.length)] ?? '').replace('63', String(roll(99))),
  );
  await compare(lines, 1 << 18);
});

test('a row is its own: to change it changes no other', async () => {
  const lines = Array.from({ length: 5 }, () => '{"a": 1, "b": "two"}');
  const alike = new AlikeLines();
  for await (const batch of placedLines(chunks(`${lines.join('\n')}\n`, 1000))) {
    for (const { value } of alike.rows(batch)) {
      assert.equal(value, { a: 1, b: 'two' });
      Object.assign(Object(value), { a: 2, c: 3 });
    }
  }
});

test.run();
