import type { RunEvent } from '../core/progress.ts';
import { eventText, type Note, stageLine } from './lines.ts';
import { Frame, type Screen } from './screen.ts';
import { Stages, type View } from './view.ts';

type State = 'waits' | 'runs' | 'skipped' | 'done' | 'failed';

interface Row {
  state: State;
  /** null: how far it is. */
  text: string | null;
}

const turning = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];
const colour = (code: number, mark: string) => `\x1b[${code}m${mark}\x1b[39m`;
/** What stands before a line. Only what is under way turns, and only what was done has a tick. */
const marks: Readonly<Record<Exclude<State, 'runs'>, string>> = {
  waits: '·',
  skipped: '–',
  done: colour(32, '✔'),
  failed: colour(31, '✖'),
};

const frameMs = 100;

function stateAfter(event: RunEvent): State {
  switch (event.type) {
    case 'stage_left_out':
    case 'stage_unchanged':
      return event.type === 'stage_left_out' ? 'skipped' : 'done';
    case 'stage_done':
      return 'done';
    case 'stage_failed':
      return 'failed';
    default:
      return 'runs';
  }
}

/** Rows of the stages and what is said beside them. */
class Board {
  readonly #rows: Map<string, Row>;
  readonly #stages: Stages;
  readonly #note: Note;
  /** What belongs to no stage: the check of the folder first, then what was heard while the run sent. */
  #above: string | null = null;
  readonly #below: string[] = [];
  #turn = 0;

  constructor(names: readonly string[], note: Note, now: () => number) {
    this.#rows = new Map(names.map((name) => [name, { state: 'waits', text: 'waits' }]));
    this.#stages = new Stages(now);
    this.#note = note;
  }

  hear(event: RunEvent): void {
    const text = eventText(event, this.#note);
    if (event.stage === 'start') {
      this.#above = text === null ? null : stageLine(event.stage, text);
      return;
    }
    this.#above = null;
    this.#stages.hear(event);
    const row = this.#rows.get(event.stage);
    if (row !== undefined) {
      row.state = stateAfter(event);
      row.text = text;
    } else if (text !== null) this.#below.push(stageLine(event.stage, text));
  }

  /** A stage that others kept from starting, or that was ended with the run, is not one that runs. */
  stop(): void {
    for (const row of this.#rows.values()) {
      if (row.state === 'runs') Object.assign(row, { state: 'failed', text: 'stopped' });
      else if (row.state === 'waits') row.text = 'not started';
    }
  }

  /** One line each; all that was said below them, or the last of it. */
  lines(whole: boolean): string[] {
    this.#turn += 1;
    const rows = [...this.#rows].map(([name, { state, text }]) => {
      const mark = state === 'runs' ? colour(33, turning[this.#turn % turning.length] ?? '') : marks[state];
      return `${mark} ${stageLine(name, text ?? this.#stages.line(name))}`;
    });
    const above =
      this.#above === null ? [] : [`${colour(33, turning[this.#turn % turning.length] ?? '')} ${this.#above}`];
    const below = whole ? this.#below : this.#below.slice(-1);
    return [...above, ...rows, ...below.map((line) => `  ${line}`)];
  }
}

/** One live line per stage, for a terminal: parts, rate, time left, and the program's own status. */
export function liveView(names: readonly string[], note: Note, of: { now: () => number; screen: Screen }): View {
  const board = new Board(names, note, of.now);
  const frame = new Frame(of.screen);
  const draw = () => frame.draw(board.lines(false));
  draw();
  const timer = setInterval(draw, frameMs);
  return {
    report: (event) => board.hear(event),
    end: () => {
      clearInterval(timer);
      board.stop();
      frame.finish(board.lines(true));
    },
  };
}
