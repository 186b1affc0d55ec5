import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { CensusError } from '../../../orchestrator/errors.ts';
import type { CensusEvent } from '../../../orchestrator/events/event.ts';
import { EventSink, openEvents } from '../../../orchestrator/events/sink.ts';

const test = suite('events/sink');

const every = { events_version: 1, time: '2026-11-26T00:00:00.000Z', run: 'lab' } as const;
const skipped: CensusEvent = { ...every, type: 'stage_skipped', stage: 'os', reason: 'disabled' };
const progress: CensusEvent = {
  ...{ ...every, type: 'stage_progress', stage: 'scan', parts: 1, parts_done: 0, units: 1, units_done: 0, share: 0 },
  ...{ units_per_second: null, eta_seconds: null, packets_sent: null, packets: null, text: 'x'.repeat(1000) },
};

function folder(): string {
  return mkdtempSync(join(tmpdir(), 'events-'));
}

function codeThrown(path: string): string {
  try {
    openEvents(path).destroy();
    return 'none';
  } catch (error) {
    return error instanceof CensusError ? `${error.code} ${error.message}` : String(error);
  }
}

test('a second start appends to the file of the first', async () => {
  const path = join(folder(), 'events.ndjson');
  for (const reason of ['disabled', 'already_done'] as const) {
    const sink = new EventSink(openEvents(path), true, () => assert.unreachable());
    sink.write({ ...skipped, reason });
    await sink.end();
  }
  const reasons = readFileSync(path, 'utf8').match(/"reason":"\w+"/g);
  assert.equal(reasons, ['"reason":"disabled"', '"reason":"already_done"']);
});

test('a folder, a path that is none and a pipe that nobody reads are refused before anything is done', () => {
  const root = folder();
  execFileSync('mkfifo', [join(root, 'pipe')]);
  assert.match(codeThrown(root), /^E_OUTPUT .*EISDIR/);
  assert.match(codeThrown(join(root, 'none', 'file')), /^E_OUTPUT .*ENOENT/);
  assert.match(codeThrown(join(root, 'pipe')), /^E_OUTPUT .*nobody reads the pipe$/);
});

const others: [what: string, text: string][] = [
  ['a configuration', 'targets: {list: list.csv}\n'],
  ['a list', '1,a.example\n'],
  ['the manifest of a run', '{\n  "schema_version": 2\n}\n'],
  ['records', '{"target":"a.example"}\n'],
  ['less than an event', '{'],
];
for (const [what, text] of others) {
  test(`nothing is appended to a file that holds something else: ${what}`, () => {
    const path = join(folder(), 'file');
    writeFileSync(path, text);
    assert.match(codeThrown(path), /^E_OUTPUT .*it holds something else than events$/);
    assert.is(readFileSync(path, 'utf8'), text);
  });
}

test('an empty file is taken', () => {
  const path = join(folder(), 'file');
  writeFileSync(path, '');
  assert.is(codeThrown(path), 'none');
});

test('a reader of a pipe that goes away is told of once, and what comes then goes nowhere', async () => {
  const pipe = join(folder(), 'pipe');
  execFileSync('mkfifo', [pipe]);
  const reader = await open(pipe, 'r+');
  const lost: (string | null)[] = [];
  const sink = new EventSink(openEvents(pipe), true, (why) => lost.push(why));
  sink.write(skipped);
  const { bytesRead, buffer } = await reader.read(Buffer.alloc(1000), 0, 1000);
  assert.match(buffer.subarray(0, bytesRead).toString(), /"reason":"disabled"/);
  await reader.close();
  for (let i = 0; i < 3; i += 1) {
    sink.write(skipped);
    await new Promise(setImmediate);
  }
  await sink.end();
  assert.equal(lost, [null]);
});

test('a full disk is told of by its own words', async () => {
  const lost: (string | null)[] = [];
  const sink = new EventSink(openEvents('/dev/full'), true, (why) => lost.push(why));
  sink.write(skipped);
  await sink.end();
  assert.is(lost.length, 1);
  assert.match(lost[0] ?? '', /ENOSPC/);
});

test('for a reader that is slow, progress is dropped, what happened is not', () => {
  const stuck = new Writable({ write: () => undefined, highWaterMark: 1 });
  const sink = new EventSink(stuck, false, () => undefined);
  for (let i = 0; i < 3000; i += 1) sink.write(progress);
  const before = stuck.writableLength;
  assert.ok(before > 1 << 20 && before < (1 << 20) + 3000, String(before));
  sink.write(progress);
  assert.is(stuck.writableLength, before);
  sink.write(skipped);
  assert.ok(stuck.writableLength > before);
});

test.run();
