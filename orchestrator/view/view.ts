import { type Reporter, type RunEvent, StageProgress } from '../core/progress.ts';
import { eventText, type Note, stageLine } from './lines.ts';
import { visible } from './visible.ts';

/** An observer of a run. */
export interface View {
  report: Reporter;
  /** To be called once, when nothing more is reported. */
  end: () => void;
}

/** Knows how far each stage is that reported anything. */
export class Stages {
  readonly #progress = new Map<string, StageProgress>();
  readonly #now: () => number;

  /** @param now milliseconds */
  constructor(now: () => number) {
    this.#now = now;
  }

  hear(event: RunEvent): StageProgress {
    const known = this.#progress.get(event.stage);
    const progress =
      known === undefined || event.type === 'stage_start' ? new StageProgress(event.stage, this.#now()) : known;
    this.#progress.set(event.stage, progress);
    progress.hear(event, this.#now());
    return progress;
  }

  line(stage: string): string {
    return visible(this.#progress.get(stage)?.line(this.#now()) ?? '');
  }
}

/** How often a log hears how far a stage is, and how far the check of the run folder. */
const everyMs = { stage: 60_000, check: 5000 };

/** A line per event, for logs and pipes, and one a minute while a stage runs. */
export function plainView(print: (line: string) => void, note: Note, now: () => number): View {
  const stages = new Stages(now);
  const begunAt = now();
  const toldAt = new Map<string, number>();
  function isDue(stage: string, ms: number): boolean {
    if (now() - (toldAt.get(stage) ?? begunAt) < ms) return false;
    toldAt.set(stage, now());
    return true;
  }
  return {
    report: (event) => {
      stages.hear(event);
      const text = eventText(event, note);
      if (event.stage === 'start' && !isDue(event.type, everyMs.check)) return;
      if (event.type === 'stage_start') toldAt.set(event.stage, now());
      if (text !== null) print(stageLine(event.stage, text));
      else if (isDue(event.stage, everyMs.stage)) print(stageLine(event.stage, stages.line(event.stage)));
    },
    end: () => undefined,
  };
}
