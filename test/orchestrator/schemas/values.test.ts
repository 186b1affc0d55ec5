import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { isName } from '../../../orchestrator/schemas/values.ts';
import { randomFrom } from '../../../scripts/lab/random.ts';

const test = suite('values');

const pattern = /^(?:[a-z0-9_-]{1,63}\.)*[a-z0-9_-]{1,63}$/;
const pieces = [
  'a',
  'z',
  '0',
  '9',
  '_',
  '-',
  '.',
  '.',
  'b'.repeat(62),
  'c'.repeat(63),
  'A',
  'Z',
  '/',
  ':',
  '@',
  '[',
  '`',
  '{',
  ' ',
  '\n',
  'ä',
  '\u0161',
];

test('a name is what the pattern of labels says, of whatever letters and length', () => {
  const random = randomFrom(11);
  const texts = ['', ...Array.from({ length: 0x180 }, (_, code) => `a${String.fromCharCode(code)}b`)];
  for (const length of [252, 253, 254])
    texts.push(
      'a.'
        .repeat(127)
        .slice(0, length - 1)
        .concat('b'),
    );
  for (let n = 0; n < 30_000; n += 1) {
    const length = 1 + Math.floor(random() * 8);
    texts.push(Array.from({ length }, () => pieces[Math.floor(random() * pieces.length)] ?? '').join(''));
  }
  const names = texts.filter((text) => isName(text));
  assert.equal(
    names,
    texts.filter((text) => text.length <= 253 && pattern.test(text)),
  );
  assert.ok(names.length > 1000 && names.length < 29_000);
});

test.run();
