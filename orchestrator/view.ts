import { Listr } from 'listr2';
import type { Config } from './config/config.ts';
import type { Counts } from './core/folder/entries.ts';
import { clock, type Reporter, type RunEvent, StageProgress } from './core/progress.ts';

function reasons(counts: Record<string, number>): string {
  return Object.entries(counts)
    .map(([reason, count]) => `${reason} ${count}`)
    .join(', ');
}

/** Counts of a stage as one clause: 900 in = 512 answered + 380 failed (timeout 380) + ... */
export function countsLine(counts: Counts): string {
  const parts = [`${counts.answered} answered`];
  for (const kind of ['failed', 'rejected', 'skipped'] as const) {
    const sum = Object.values(counts[kind]).reduce((total, count) => total + count, 0);
    if (sum > 0) parts.push(`${sum} ${kind} (${reasons(counts[kind])})`);
  }
  return `${counts.units_in} in = ${parts.join(' + ')}`;
}

/** What an event says as a plain line; null for those that would only make noise in a log. */
function plainLine(event: RunEvent, note: Note): string | null {
  const name = event.stage.padEnd(10);
  switch (event.type) {
    case 'stage_start':
      return `${name} starts: ${event.parts - event.partsDone} of ${event.parts} parts to do${note(event.stage, event.units)}`;
    case 'stage_left_out':
      return `${name} disabled in the configuration`;
    case 'stage_unchanged':
      return `${name} already done`;
    case 'stage_done':
      return `${name} done in ${clock(event.seconds)}: ${countsLine(event.counts)}`;
    case 'stage_failed':
      return `${name} failed`;
    case 'opt_outs':
      return `${name} ${event.text}`;
    default:
      return null;
  }
}

interface View {
  report: Reporter;
  /** Resolves when the last line is on the screen. */
  end: () => Promise<void>;
}

/** What is said of a stage before it starts, such as how many packets it will send. */
type Note = (stage: string, units: number) => string;

/** What the scan is about to send: said before it sends. */
export function announce(config: Config): Note {
  return (stage, units) => {
    const { rate, retries } = config.scan;
    if (stage !== 'scan' || rate === null) return '';
    const again =
      retries === 0 ? '' : `, and ${retries === 1 ? 'once' : `${retries} times`} more to those that stay silent`;
    return `; ${units} packets at ${rate}/s, about ${clock(units / rate)} of sending${again}`;
  };
}

/** A line per event, for logs and pipes. */
export function plainView(print: (line: string) => void, note: Note): View {
  return {
    report: (event) => {
      const line = plainLine(event, note);
      if (line !== null) print(line);
    },
    end: async () => undefined,
  };
}

interface Row {
  /** Filled in when the task list starts the row. */
  show: (text: string) => void;
  finish: (title: string) => void;
  fail: () => void;
  progress: StageProgress;
}

function createRow(stage: string): Row {
  return { show: noop, finish: noop, fail: noop, progress: new StageProgress(stage, 0) };
}

function noop(): void {
  // replaced when the row is on the screen
}

/**
 * One live line per stage, for a terminal: parts, rate, time left, and the program's own status. What belongs to no stage is printed
 * below them at the end.
 */
export function liveView(
  stages: readonly string[],
  note: Note,
  { now, print }: { now: () => number; print: (line: string) => void },
): View {
  const lines: string[] = [];
  const rows = new Map(stages.map((stage) => [stage, createRow(stage)]));
  const list = new Listr(
    stages.map((stage) => ({
      title: stage,
      task: (_, task) =>
        new Promise<void>((resolve, reject) => {
          const row = rows.get(stage) ?? createRow(stage);
          row.show = (text) => {
            task.title = `${stage.padEnd(10)} ${text}`;
          };
          row.show('waits');
          row.finish = (text) => {
            row.show(text);
            resolve();
          };
          row.fail = () => reject(new Error(stage));
        }),
    })),
    {
      concurrent: true,
      exitOnError: false,
      registerSignalListeners: false,
      rendererOptions: { collapseErrors: false, showErrorMessage: false },
    },
  );
  const shown = list.run().catch(() => undefined);
  return {
    report: (event) => {
      const row = rows.get(event.stage);
      if (row === undefined) {
        const line = plainLine(event, note);
        if (line !== null) lines.push(line);
        return;
      }
      if (event.type === 'stage_start') row.progress = new StageProgress(event.stage, now());
      row.progress.hear(event);
      if (event.type === 'stage_left_out') row.finish('disabled in the configuration');
      else if (event.type === 'stage_unchanged') row.finish('already done');
      else if (event.type === 'stage_done') row.finish(`done in ${clock(event.seconds)}: ${countsLine(event.counts)}`);
      else if (event.type === 'stage_failed') row.fail();
      else if (event.type === 'stage_start') row.show(`starts${note(event.stage, event.units)}`);
      else row.show(row.progress.line(now()));
    },
    end: async () => {
      for (const row of rows.values()) row.fail();
      await shown;
      for (const line of lines) print(line);
    },
  };
}
