import type { PartEntry } from '../core/folder/entries.ts';
import { type Reporter, type RunEvent, StageProgress, type Work } from '../core/progress.ts';
import { type CensusError, codeOf, knownError } from '../errors.ts';
import { lossFacts } from '../machine/notices.ts';
import { type CensusEvent, eventsVersion } from './event.ts';

/** An event without what all have. */
type Told = CensusEvent extends infer E
  ? E extends CensusEvent
    ? Omit<E, 'events_version' | 'time' | 'run'>
    : never
  : never;

interface Emits {
  /** Name of the run folder. */
  run: string;
  write: (event: CensusEvent) => void;
  /** Milliseconds that only grow. */
  now: () => number;
  clock: () => Date;
}

const everyMs = 1000;
/** A stage that was quiet for this long gets a progress event all the same. */
const beatMs = 10_000;

function lossesOf(facts: PartEntry['facts']): Record<string, number> {
  return Object.fromEntries(
    lossFacts.flatMap((name) => {
      const count = facts[name];
      return typeof count === 'number' && count > 0 ? [[name, count]] : [];
    }),
  );
}

/** What is known of one stage. */
interface Followed {
  progress: StageProgress;
  work: Work | null;
  toldAt: number;
  runs: boolean;
}

/** Turns what a run reports into the documented events. */
export class Emitter {
  readonly #emits: Emits;
  readonly #begunAt: number;
  readonly #stages = new Map<string, Followed>();
  #checkedAt = Number.NEGATIVE_INFINITY;

  constructor(emits: Emits) {
    this.#emits = emits;
    this.#begunAt = emits.now();
  }

  started(of: { census_version: string; folder: string; pid: number }): void {
    this.#tell({ type: 'run_started', ...of });
  }

  /** @param thrown what ended the run; null: nothing did */
  finished(thrown: unknown, of: { result_sha256: string | null; report: string | null }): void {
    const code = codeOf(thrown);
    if (thrown !== null) this.#tell({ type: 'error', code, ...wordsOf(thrown) });
    const outcome = thrown === null ? 'done' : code === 'E_STOPPED' ? 'stopped' : 'failed';
    const seconds = rounded((this.#emits.now() - this.#begunAt) / 1000);
    this.#tell({ type: 'run_finished', outcome, seconds, ...of });
  }

  readonly report: Reporter = (event) => {
    if (event.type === 'folder_check' || event.type === 'input_check') return this.#check(event);
    if (event.type === 'opt_outs') {
      const { added, rejected: rejected_lines, dropped, text } = event;
      return this.#tell({ type: 'opt_outs_read', added, rejected_lines, dropped, text });
    }
    const { stage } = event;
    const followed = this.#follow(event);
    if (/^stage_(left_out|unchanged|done|failed)$/.test(event.type)) followed.runs = false;
    if (event.type === 'stage_start') this.#tell({ type: 'stage_started', stage, ...this.#parts(followed) });
    else if (event.type === 'stage_left_out') this.#tell({ type: 'stage_skipped', stage, reason: 'disabled' });
    else if (event.type === 'stage_unchanged') this.#tell({ type: 'stage_skipped', stage, reason: 'already_done' });
    else if (event.type === 'part_done') this.#part(event, followed);
    else if (event.type === 'stage_done') {
      this.#tell({ type: 'stage_finished', stage, seconds: rounded(event.seconds), counts: event.counts });
    } else if (event.type === 'stage_failed') this.#tell({ type: 'stage_failed', stage, code: event.code });
    else this.#progress(stage, followed);
  };

  /** Called now and then, so that readers see that the run is alive. */
  beat(): void {
    for (const [stage, followed] of this.#stages) {
      if (followed.runs && this.#emits.now() - followed.toldAt >= beatMs) this.#progress(stage, followed);
    }
  }

  #tell(told: Told): void {
    const { run, clock, write } = this.#emits;
    write({ events_version: eventsVersion, time: clock().toISOString(), run, ...told });
  }

  #check(event: Extract<RunEvent, { stage: 'start'; type: 'folder_check' | 'input_check' }>): void {
    if (this.#emits.now() - this.#checkedAt < everyMs) return;
    this.#checkedAt = this.#emits.now();
    if (event.type === 'folder_check') {
      this.#tell({ type: 'folder_check', files: event.files, files_in_all: event.of, bytes: event.bytes });
    } else {
      const { path: file, share, left } = event;
      this.#tell({ type: 'input_check', file, share: rounded(share), eta_seconds: rounded(left) });
    }
  }

  #follow(event: RunEvent): Followed {
    const now = this.#emits.now();
    const known = event.type === 'stage_start' ? undefined : this.#stages.get(event.stage);
    const followed = known ?? {
      progress: new StageProgress(event.stage, now),
      work: null,
      toldAt: now,
      runs: true,
    };
    this.#stages.set(event.stage, followed);
    followed.progress.hear(event, now);
    if (event.type === 'work') followed.work = event;
    return followed;
  }

  #parts({ progress }: Followed) {
    const { parts, partsDone: parts_done, units } = progress.at(this.#emits.now());
    return { parts, parts_done, units };
  }

  #progress(stage: string, followed: Followed): void {
    const now = this.#emits.now();
    if (now - followed.toldAt < everyMs) return;
    followed.toldAt = now;
    const { unitsDone: units_done, share, rate, left, text } = followed.progress.at(now);
    this.#tell({
      ...{ type: 'stage_progress', stage, ...this.#parts(followed), units_done, share: rounded(share) },
      ...{
        units_per_second: rate === null ? null : rounded(rate),
        eta_seconds: left === null ? null : rounded(left),
        text,
      },
      ...{ packets_sent: followed.work?.done ?? null, packets: followed.work?.of ?? null },
    });
  }

  #part({ stage, part, counts, facts }: RunEvent & { type: 'part_done' }, followed: Followed): void {
    this.#tell({ type: 'part_done', stage, part, ...this.#parts(followed), counts });
    const losses = lossesOf(facts);
    if (Object.keys(losses).length > 0) this.#tell({ type: 'losses', stage, part, losses });
    const units = counts.rejected;
    if (counts.rejected_lines === 0 && Object.keys(units).length === 0) return;
    this.#tell({ type: 'rejects', stage, part, lines: counts.rejected_lines, units });
  }
}

/** To a thousandth. */
function rounded(value: number): number {
  return Math.round(value * 1000) / 1000;
}

function wordsOf(thrown: unknown): { message: string; hint: string | null } {
  if (codeOf(thrown) === null)
    return { message: thrown instanceof Error ? thrown.message : String(thrown), hint: null };
  const { message, hint }: CensusError = knownError(thrown);
  return { message, hint };
}
