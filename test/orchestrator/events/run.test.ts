// takes: long
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { CensusEvent } from '../../../orchestrator/events/event.ts';
import { cliWords } from '../../cli-words.ts';
import { setUpRun } from '../commands/set-up-run.ts';

const test = suite('run --events');

const node = [process.execPath, ...cliWords];

function read(text: string): CensusEvent[] {
  return text
    .trimEnd()
    .split('\n')
    .map((line) => CensusEvent.parse(JSON.parse(line)));
}

function typesOf(events: CensusEvent[], stage: string): string[] {
  return events.flatMap((event) => ('stage' in event && event.stage === stage ? [event.type] : []));
}

async function run(args: string[]) {
  const [program = '', ...words] = node;
  return await execa(program, [...words, 'run', ...args], { reject: false, input: '' });
}

test('with - the events are all of standard output, in order, and the view is on standard error', async () => {
  const { config, folder } = setUpRun({});
  const { exitCode, stdout, stderr } = await run(['-c', config, folder, '--events', '-']);
  assert.is(exitCode, 0, stderr);
  const events = read(stdout);
  assert.equal(
    events.filter(({ type }) => type.startsWith('run_')).map(({ type }) => type),
    ['run_started', 'run_finished'],
  );
  assert.is(events[0]?.type, 'run_started');
  assert.is(events.at(-1)?.type, 'run_finished');
  const four = Array.from({ length: 4 }, () => 'part_done');
  assert.equal(
    typesOf(events, 'resolve').filter((type) => type !== 'stage_progress'),
    ['stage_started', ...four, 'stage_finished'],
  );
  assert.equal(typesOf(events, 'os'), ['stage_skipped']);
  assert.ok(typesOf(events, 'targets').includes('rejects'), 'the URL in the list');
  for (const [i, event] of events.entries()) assert.ok(event.time >= (events[i - 1]?.time ?? ''), event.time);
  const last = events.at(-1);
  const manifest = JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8'));
  assert.is(last?.type === 'run_finished' ? last.result_sha256 : '', manifest.result_sha256);
  assert.match(stderr, /^resolve +done in /m);
});

test('a reader that goes away ends the events, not the census', async () => {
  const { config, folder } = setUpRun({});
  const events = join(folder, '..', 'first');
  const line = `${node.join(' ')} run -c ${config} ${folder} --events - | head -1 > ${events}`;
  const { exitCode, stderr } = await execa('bash', ['-o', 'pipefail', '-c', line], { reject: false });
  assert.is(exitCode, 0, stderr);
  assert.equal(
    read(readFileSync(events, 'utf8')).map(({ type }) => type),
    ['run_started'],
  );
  assert.match(stderr, /^events: nobody reads them any more; the run goes on$/m);
  assert.ok(existsSync(join(folder, 'report', 'index.html')));
});

test('a reader of a named pipe that stands still does not hold the census up', async () => {
  const { config, folder } = setUpRun({});
  const pipe = join(folder, '..', 'pipe');
  execFileSync('mkfifo', [pipe]);
  const reader = execa('bash', ['-c', `exec 3<>${pipe}; kill -STOP $$`], { reject: false });
  while (!/State:\sT/.test(readFileSync(`/proc/${reader.pid}/status`, 'utf8'))) await new Promise(setImmediate);
  const { exitCode, stderr } = await run(['-c', config, folder, '--events', pipe]);
  reader.kill('SIGKILL');
  assert.is(exitCode, 0, stderr);
});

test('starts are appended to one file: one that fails, and one that resumes and finishes', async () => {
  const { config, folder, root } = setUpRun({ resolve: ['bash', '-c', 'exit 3'] });
  const events = join(root, 'events.ndjson');
  assert.is((await run(['-c', config, folder, '--events', events])).exitCode, 1);
  const failed = read(readFileSync(events, 'utf8'));
  assert.equal(typesOf(failed, 'resolve').slice(-1), ['stage_failed']);
  assert.equal(
    failed.slice(-2).map((event) => [event.type, 'code' in event ? event.code : 'outcome' in event && event.outcome]),
    [
      ['error', 'E_PROGRAM_FAILED'],
      ['run_finished', 'failed'],
    ],
  );
  writeFileSync(join(folder, 'stop'), '');
  assert.is((await run(['-c', config, folder, '--events', events])).exitCode, 2);
  const stopped = read(readFileSync(events, 'utf8')).at(-1);
  assert.is(stopped?.type === 'run_finished' ? stopped.outcome : '', 'stopped');
  assert.ok(read(readFileSync(events, 'utf8')).some(({ type }) => type === 'folder_check'));
});

test('a run is refused with 2, and nothing made, when its events cannot be written', async () => {
  const { config, folder, root } = setUpRun({});
  const { exitCode, stderr } = await run(['-c', config, folder, '--events', root]);
  assert.is(exitCode, 2);
  assert.match(stderr, /^error E_OUTPUT: the events cannot be written to /);
  assert.not(existsSync(folder));
});

test.run();
