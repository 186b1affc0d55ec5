import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { noCounts } from '../../../orchestrator/core/folder/entries.ts';
import type { RunEvent } from '../../../orchestrator/core/progress.ts';
import { CensusError } from '../../../orchestrator/errors.ts';
import { Emitter } from '../../../orchestrator/events/emitter.ts';
import { CensusEvent, events } from '../../../orchestrator/events/event.ts';

const test = suite('events/emitter');

/** An emitter on a clock of its own, and what it wrote: each line passes the schema as a reader would have it. */
function follow() {
  const written: CensusEvent[] = [];
  const clock = { ms: 0 };
  const emitter = new Emitter({
    run: 'lab',
    write: (event) => written.push(CensusEvent.parse(JSON.parse(JSON.stringify(event)))),
    now: () => clock.ms,
    clock: () => new Date(Date.UTC(2026, 10, 26) + clock.ms),
  });
  const hear = (ms: number, ...reports: RunEvent[]) => {
    clock.ms = ms;
    for (const report of reports) emitter.report(report);
  };
  const of = <T extends CensusEvent['type']>(type: T) =>
    written.filter((event): event is Extract<CensusEvent, { type: T }> => event.type === type);
  return { emitter, clock, hear, written, of };
}

const start: RunEvent = { type: 'stage_start', stage: 'scan', parts: 4, partsDone: 1, units: 400 };
const counts = { ...noCounts(), units_in: 100, answered: 40, failed: { timeout: 58 }, rejected: { port: 2 } };
const partDone: RunEvent = { type: 'part_done', stage: 'scan', part: '00001', counts, facts: {} };
const units = (done: number): RunEvent => ({ type: 'units', stage: 'scan', part: '00001', done, text: 'words' });

test('every type of the list is made of what a run reports, and none beside the list', () => {
  const { emitter, hear, clock, written } = follow();
  emitter.started({ census_version: '1', folder: '/runs/lab', pid: 7 });
  hear(0, { type: 'folder_check', stage: 'start', files: 1, of: 2, bytes: 3 });
  hear(1500, { type: 'input_check', stage: 'start', path: 'rib.bz2', share: 0.25, left: 30 });
  hear(1510, { type: 'stage_unchanged', stage: 'targets' }, { type: 'stage_left_out', stage: 'os' }, start);
  hear(2600, units(50), { ...partDone, facts: { receive_drops: 9 }, counts: { ...counts, rejected_lines: 3 } });
  hear(3000, { type: 'opt_outs', stage: 'opt-outs', text: '1 more', added: 1, rejected: 0, dropped: 0 });
  hear(3001, { type: 'stage_done', stage: 'scan', counts, seconds: 3 });
  hear(3002, { type: 'stage_failed', stage: 'asn', code: null });
  clock.ms = 4000;
  emitter.finished(new CensusError('E_INPUT', 'broken', 'mend it'), { result_sha256: null, report: null });
  assert.equal([...new Set(written.map(({ type }) => type))].sort(), Object.keys(events).sort());
});

test('each schema of the list has the type that it is listed under', () => {
  for (const [name, schema] of Object.entries(events)) assert.is(schema.shape.type.value, name);
});

test('progress comes at most once a second, and in silence once in ten', () => {
  const { hear, clock, emitter, of } = follow();
  hear(0, start);
  for (let ms = 100; ms < 3000; ms += 100) hear(ms, units(ms / 100));
  assert.equal(
    of('stage_progress').map(({ time }) => time.slice(17, 23)),
    ['01.000', '02.000'],
  );
  for (clock.ms = 3000; clock.ms <= 12_000; clock.ms += 1000) emitter.beat();
  assert.is(of('stage_progress').length, 3);
  hear(12_500, { type: 'stage_failed', stage: 'scan', code: 'E_STOPPED' });
  clock.ms = 60_000;
  emitter.beat();
  assert.is(of('stage_progress').length, 3, 'a stage that failed is not alive');
});

test('packets are told of a program that counts them, and the time left from them and the wait behind them', () => {
  const { hear, of } = follow();
  hear(0, { ...start, parts: 1, partsDone: 0 });
  const work = (done: number): RunEvent => ({
    ...{ type: 'work', stage: 'scan', part: '00000' },
    ...{ done, of: 1000, waitSeconds: 8 },
  });
  hear(5000, work(500));
  const [event] = of('stage_progress');
  assert.equal(
    [event?.packets_sent, event?.packets, event?.share, event?.eta_seconds, event?.units_per_second],
    [500, 1000, 0.5, 13, 40],
  );
});

test('a part tells its counts, its losses by kind, and its rejects; one without says nothing of them', () => {
  const { hear, of } = follow();
  hear(0, start, { ...partDone, facts: { receive_drops: 9, send_failures: 0, synacks: 4 } });
  hear(1, { ...partDone, part: '00002', counts: { ...counts, rejected: {} } });
  assert.equal(
    of('losses').map(({ part, losses }) => [part, losses]),
    [['00001', { receive_drops: 9 }]],
  );
  assert.equal(
    of('rejects').map(({ part, lines, units }) => [part, lines, units]),
    [['00001', 0, { port: 2 }]],
  );
  assert.equal(
    of('part_done').map(({ parts_done, counts }) => [parts_done, counts.answered]),
    [
      [2, 40],
      [3, 40],
    ],
  );
});

const ends: [thrown: unknown, outcome: string, code: string | null][] = [
  [null, 'done', null],
  [new CensusError('E_STOPPED', 'stopped', 'resume'), 'stopped', 'E_STOPPED'],
  [Object.assign(new Error('no space'), { code: 'ENOSPC', syscall: 'write' }), 'failed', 'E_RUN_FOLDER'],
  [new TypeError('a defect'), 'failed', null],
];
for (const [thrown, outcome, code] of ends) {
  test(`a run that is ended by ${String(thrown)} is ${outcome}`, () => {
    const { emitter, clock, of } = follow();
    clock.ms = 1500;
    emitter.finished(thrown, { result_sha256: null, report: null });
    assert.equal(
      of('run_finished').map((event) => [event.outcome, event.seconds]),
      [[outcome, 1.5]],
    );
    assert.equal(
      of('error').map((event) => [event.code, event.hint === null]),
      thrown === null ? [] : [[code, code === null]],
    );
  });
}

test.run();
