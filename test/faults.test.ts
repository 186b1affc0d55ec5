import { existsSync, readFileSync } from 'node:fs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { faults } from './faults.ts';

const test = suite('faults found from outside');

for (const { found, file, title } of faults) {
  test(`${found}: there is a test, "${title}"`, () => {
    assert.ok(existsSync(file), file);
    const source = readFileSync(file, 'utf8').replaceAll(/\$\{\w+\}/g, '…');
    assert.ok(source.includes(title), `${file} has no test of that title`);
  });
}

test('no fault is listed twice', () => {
  assert.is(new Set(faults.map(({ found }) => found)).size, faults.length);
});

test.run();
