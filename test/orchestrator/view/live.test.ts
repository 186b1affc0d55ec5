import { mock } from 'node:test';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { noCounts } from '../../../orchestrator/core/folder/entries.ts';
import type { RunEvent } from '../../../orchestrator/core/progress.ts';
import { liveView } from '../../../orchestrator/view/live.ts';
import { screenOf } from '../../../orchestrator/view/screen.ts';
import { plainView, type View } from '../../../orchestrator/view/view.ts';

const test = suite('view/live');

const counts = { ...noCounts(), units_in: 3, answered: 3 };
const start: RunEvent = { type: 'stage_start', stage: 'scan', parts: 2, partsDone: 0, units: 200 };

/** What a terminal shows that was written this: cursor up, return and clearing below are obeyed, colours are not shown. */
function shownOn(text: string): string[] {
  const lines = [''];
  let row = 0;
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what a terminal obeys
  for (const [piece, up] of text.matchAll(/\x1b\[(\d+)A|\x1b\[J|\x1b\[\d+m|\r|\n|[^\x1b\r\n]+/g)) {
    if (up !== undefined) row -= Number(up);
    else if (piece === '\x1b[J') lines.splice(row, lines.length - row, '');
    else if (piece === '\n') lines[++row] ??= '';
    else if (!piece.startsWith('\x1b') && piece !== '\r') lines[row] += piece;
  }
  assert.ok(row >= 0, 'above the first line');
  return lines.filter((line) => line !== '');
}

function watch(work: (view: View, look: (ms: number) => string[], clock: { ms: number }) => void, size = [80, 24]) {
  const [columns = 80, rows = 24] = size;
  const clock = { ms: 0 };
  let text = '';
  const write = (piece: string) => {
    text += piece;
  };
  const screen = { columns: () => columns, rows: () => rows, write };
  mock.timers.enable({ apis: ['setInterval'] });
  try {
    const view = liveView(['targets', 'scan', 'os'], () => '', { now: () => clock.ms, screen });
    const look = (ms: number) => {
      clock.ms += ms;
      mock.timers.tick(ms);
      return shownOn(text);
    };
    work(view, look, clock);
    view.end();
  } finally {
    mock.timers.reset();
  }
  return shownOn(text);
}

test('a stage that waits stands still, one that runs turns, one that was disabled has no tick', () => {
  watch((view, look) => {
    view.report({ type: 'stage_left_out', stage: 'os' });
    view.report(start);
    const [first, second] = [look(100), look(100)];
    assert.match(first[0] ?? '', /^· targets +waits$/);
    assert.is(first[0], second[0]);
    assert.match(first[2] ?? '', /^– os +disabled in the configuration$/);
    assert.match(first[1] ?? '', /^[⠀-⣿] scan +starts: 2 of 2 parts to do$/);
    assert.is.not(first[1], second[1]);
  });
});

test('lines are drawn over each other, and at the end each is there once and whole', () => {
  const long = 'x'.repeat(200);
  const shown = watch(
    (view, look) => {
      view.report(start);
      view.report({ type: 'status', stage: 'scan', part: '0', fraction: 0.5, text: long });
      const lines = look(100);
      assert.is(lines.length, 3);
      for (const line of lines) assert.ok([...line].length < 40, line);
      view.report({ type: 'opt_outs', stage: 'opt-outs', text: '1 more', added: 1, rejected: 0, dropped: 0 });
      view.report({ type: 'stage_done', stage: 'scan', counts, seconds: 61 });
    },
    [40, 24],
  );
  assert.equal(shown, [
    '· targets    not started',
    '✔ scan       done in 1:01: 3 in = 3 answered',
    '· os         not started',
    '  opt-outs   1 more',
  ]);
});

test('a screen with fewer lines than stages is not scrolled', () => {
  watch(
    (_, look) => {
      look(100);
      assert.is(look(100).length, 2);
    },
    [80, 3],
  );
});

test('a stage that failed has a cross, and one that was under way then does not go on turning', () => {
  const shown = watch((view) => {
    view.report({ ...start, stage: 'targets' });
    view.report(start);
    view.report({ type: 'stage_failed', stage: 'scan', code: 'E_PROGRAM_FAILED' });
  });
  assert.equal(shown.slice(0, 2), ['✖ targets    stopped', '✖ scan       failed']);
});

test('while the run folder is hashed it is said how far that is, until a stage starts', () => {
  watch((view, look) => {
    view.report({ type: 'folder_check', stage: 'start', files: 20, of: 40, bytes: 3e9 });
    assert.match(look(100)[0] ?? '', / start +compares the run folder with its hashes: 20 of 40 files, 3\.0 GB$/);
    view.report({ type: 'input_check', stage: 'start', path: '/data/\x1brib.bz2', share: 0.404, left: 11.2 });
    assert.match(look(100)[0] ?? '', / start +reads \/data\/\\u001brib.bz2 through, once: 40 %, about 12 s more$/);
    view.report(start);
    assert.match(look(100)[0] ?? '', /targets/);
  });
});

test('what a program says of itself moves no cursor and colours nothing', () => {
  watch((view, look) => {
    view.report(start);
    view.report({ type: 'status', stage: 'scan', part: '0', fraction: null, text: '\x1b[2J\x1b[31m' });
    assert.match(look(100)[1] ?? '', /\\u001b\[2J\\u001b\[31m$/);
  });
});

const terminals: [says: string, isTTY: boolean, environment: { TERM?: string; NO_COLOR?: string }, moves: boolean][] = [
  ['a terminal has lines that move', true, { TERM: 'xterm' }, true],
  ['a pipe has none', false, { TERM: 'xterm' }, false],
  ['a dumb terminal has none', true, { TERM: 'dumb' }, false],
  ['a terminal of which nothing is known has none', true, {}, false],
  ['whoever sets NO_COLOR gets none', true, { TERM: 'xterm', NO_COLOR: '1' }, false],
  ['an empty NO_COLOR says nothing', true, { TERM: 'xterm', NO_COLOR: '' }, true],
];
for (const [says, isTTY, environment, moves] of terminals) {
  test(says, () => {
    assert.is(screenOf({ isTTY, write: () => undefined }, environment) !== null, moves);
  });
}

test('a log hears of every event, once a minute how far a stage is, and has no control characters', () => {
  const lines: string[] = [];
  const clock = { ms: 0 };
  const view = plainView(
    (line) => lines.push(line),
    () => '; a note',
    () => clock.ms,
  );
  for (const ms of [0, 1000, 5000, 9000]) {
    clock.ms = ms;
    view.report({ type: 'folder_check', stage: 'start', files: ms, of: 9000, bytes: 0 });
  }
  view.report(start);
  for (let second = 10; second <= 140; second += 1) {
    clock.ms = second * 1000;
    view.report({ type: 'units', stage: 'scan', part: '0', done: second / 2, text: '\x1b[31mred' });
  }
  view.report({ type: 'stage_failed', stage: 'scan', code: null });
  assert.equal(lines, [
    'start      compares the run folder with its hashes: 5000 of 9000 files, 0.0 GB',
    'scan       starts: 2 of 2 parts to do; a note',
    'scan       0/2 parts  17%  0.6 units/s  4:48 left  \\u001b[31mred',
    'scan       0/2 parts  32%  0.5 units/s  4:12 left  \\u001b[31mred',
    'scan       failed',
  ]);
});

test.run();
