import { existsSync, mkdtempSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { CensusError } from '../../../orchestrator/errors.ts';
import { CountedLines } from '../../../orchestrator/judge/counted-lines.ts';
import { LineOutput } from '../../../orchestrator/judge/line-output.ts';
import { ownFolder } from '../../../orchestrator/judge/own-folder.ts';
import { Rejects } from '../../../orchestrator/judge/rejects.ts';

const test = suite('streams of judge');

function rejectsOf(lines: [line: string, reason: string][]): string[] {
  const said: string[] = [];
  const rejects = new Rejects((text) => said.push(text));
  for (const [at, [line, reason]] of lines.entries()) rejects.add(line, reason, at + 1);
  rejects.end();
  return said;
}

test('a rejected line is told with number, reason and its first 200 letters', () => {
  assert.equal(rejectsOf([['x'.repeat(300), 'no JSON']]), [
    `rejected: line 1: no JSON: ${'x'.repeat(200)}`,
    '1 line rejected',
  ]);
  assert.equal(rejectsOf([]), []);
});

test('of many rejected lines the first twenty are shown, and all are counted by reason', () => {
  const lines = Array.from({ length: 5000 }, (_, at): [string, string] => [
    '{}',
    at % 2 === 0 ? 'odd' : `reason ${at}`,
  ]);
  const said = rejectsOf(lines);
  assert.equal(said.slice(20, 24), [
    'rejected: further lines are counted only',
    '5,000 lines rejected',
    '  2,500  odd',
    '  1  reason 1',
  ]);
  assert.is(said.at(-1), '  2,481  other reasons');
  assert.is(said.length, 43);
});

test('a slow reader holds the writer back', async () => {
  let taken = 0;
  let most = 0;
  const slow = new Writable({
    highWaterMark: 1024,
    write(chunk: Buffer, _, done) {
      most = Math.max(most, this.writableLength);
      taken += chunk.length;
      setImmediate(done);
    },
  });
  const output = new LineOutput(slow);
  for (let at = 0; at < 10_000; at++) await output.write('y'.repeat(99));
  await output.end();
  assert.equal([output.lines, taken], [10_000, 1_000_000]);
  assert.ok(most < 200_000, `${most} bytes waited`);
});

test('the folder is made when it is asked for, once, for this user alone', () => {
  const parent = mkdtempSync(join(tmpdir(), 'own-'));
  const folder = ownFolder(parent);
  const path = folder();
  assert.is(folder(), path);
  assert.is(statSync(path).mode & 0o777, 0o700);
  assert.ok(existsSync(path));
});

test('a place that cannot be written to is named with what helps', () => {
  try {
    ownFolder('/nowhere/at/all')();
    assert.unreachable();
  } catch (error) {
    assert.instance(error, CensusError);
    assert.match(String(error), 'nothing can be written to /nowhere/at/all');
  }
});

test('a byte order mark is no part of a line, wherever a file that was put to others begins', async () => {
  async function* batches() {
    yield ['\ufeff{"a":1}', '{"b":2}'];
    yield ['\ufeff{"c":"\ufeff"}', ''];
  }
  const lines = new CountedLines(batches());
  const found: string[] = [];
  for await (const batch of lines) found.push(...batch);
  assert.equal([found, lines.count], [['{"a":1}', '{"b":2}', '{"c":"\ufeff"}', ''], 3]);
});

test.run();
