import { Writable } from 'node:stream';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { printLines } from '../../../orchestrator/view/print-lines.ts';
import { visible } from '../../../orchestrator/view/visible.ts';

const test = suite('view/visible');

const cases: [says: string, text: string, shown: string][] = [
  [
    'an escape sequence is shown, not obeyed',
    'AS \x1b[31mred\x1b]0;title\x07',
    'AS \\u001b[31mred\\u001b]0;title\\u0007',
  ],
  ['so are the control characters of eight bits', 'a\x9b31mb\x85', 'a\\u009b31mb\\u0085'],
  ['a carriage return would write over what was printed', 'good\rbad', 'good\\u000dbad'],
  ['so would a backspace, and a bell rings', 'ab\b\x07\x7f', 'ab\\u0008\\u0007\\u007f'],
  ['what turns the direction of text is shown', 'a\u202eb\u2066c', 'a\\u202eb\\u2066c'],
  ['newline and tab stay', 'a\n\tb', 'a\n\tb'],
  ['letters of any script stay', 'Ünïcode 北京 🛰 می‌خواهم', 'Ünïcode 北京 🛰 می‌خواهم'],
];
for (const [says, text, shown] of cases) {
  test(says, () => {
    assert.is(visible(text), shown);
  });
}

test('a line of JSON means the same when it is shown', () => {
  const value = { name: 'a\x9b31m\u202e\x7f', list: ['\x1b', 'ü'] };
  const line = visible(JSON.stringify(value));
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these must not be there
  assert.not.match(line, /[\x00-\x1f\x7f-\x9f\u202e]/);
  assert.equal(JSON.parse(line), value);
});

test('lines that are printed are shown so', async () => {
  let printed = '';
  const output = new Writable({
    write: (chunk, _, next) => {
      printed += chunk;
      next();
    },
  });
  async function* lines() {
    yield 'one\x1b[2J';
    yield 'two';
  }
  await printLines(output, lines());
  assert.is(printed, 'one\\u001b[2J\ntwo\n');
});

test.run();
