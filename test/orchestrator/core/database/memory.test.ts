import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { bytesOf, quarterOf, threadsFor, threeQuartersOf } from '../../../../orchestrator/core/database/memory.ts';

const test = suite('core/memory');

const sizes: [text: string, bytes: number | null][] = [
  ['512MB', 512_000_000],
  ['2GB', 2_000_000_000],
  ['1.5 GB', 1_500_000_000],
  ['512', null],
  ['512mb', null],
  ['-1GB', null],
  ['', null],
];
for (const [text, bytes] of sizes) test(`"${text}" is ${bytes ?? 'no'} bytes`, () => assert.is(bytesOf(text), bytes));

const quarters: [machine: number, memory: string][] = [
  [8_000_000_000, '2000MB'],
  [16_000_000_000, '4000MB'],
  [512_000_000_000, '4000MB'],
];
for (const [machine, memory] of quarters) {
  test(`of a machine with ${machine / 1e9} GB a database takes ${memory}`, () => assert.is(quarterOf(machine), memory));
}

test('three quarters of 512MB and of 2GB are left for work over whole files', () => {
  assert.equal(['512MB', '2GB'].map(threeQuartersOf), ['384MB', '1500MB']);
});

const threads: [memory: string, processors: number, threads: number][] = [
  ['512MB', 2, 2],
  ['512MB', 64, 4],
  ['4000MB', 64, 31],
  ['4000MB', 8, 8],
  ['100MB', 8, 1],
];
for (const [memory, processors, expected] of threads) {
  test(`${memory} and ${processors} processors are ${expected} threads`, () => {
    assert.is(threadsFor(memory, processors), expected);
  });
}

test.run();
