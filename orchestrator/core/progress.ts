import type { ErrorCode } from '../errors.ts';
import type { Counts, PartEntry } from './folder/entries.ts';

/** What a run tells whoever watches it. */
export type RunEvent =
  /** Before the first stage: the run folder is compared with its hashes. */
  | { type: 'folder_check'; stage: 'start'; files: number; of: number; bytes: number }
  /** Before the first stage: a file that takes long is read through. */
  | { type: 'input_check'; stage: 'start'; path: string; share: number; left: number }
  | { type: 'stage_start'; stage: string; parts: number; partsDone: number; units: number }
  | { type: 'stage_left_out'; stage: string }
  | { type: 'stage_unchanged'; stage: string }
  | { type: 'units'; stage: string; part: string; done: number; text: string }
  | ({ type: 'work'; stage: string; part: string } & Work)
  | { type: 'status'; stage: string; part: string; fraction: number | null; text: string }
  | { type: 'part_done'; stage: string; part: string; counts: Counts; facts: PartEntry['facts'] }
  | { type: 'stage_done'; stage: string; counts: Counts; seconds: number }
  | { type: 'stage_failed'; stage: string; code: ErrorCode | null }
  | ({ type: 'opt_outs'; stage: 'opt-outs'; text: string } & OptOutsRead);

export type Reporter = (event: RunEvent) => void;

/** Hears which share of a file was read through. */
export type OnRead = (path: string, share: number) => void;

/** When a stage that sends is looked at from outside: before its first part, at its half, after its last. */
export const moments = ['start', 'middle', 'end'] as const;
export type Moment = (typeof moments)[number];

/** Watches over the stages that send, whatever they measure. */
export interface Watcher {
  begin(stage: string): Promise<void>;
  hear(event: RunEvent): void;
  end(stage: string): Promise<void>;
  /** Waits for what was begun beside a stage that ends early. */
  settle(stage: string): Promise<void>;
}

/** What one line of a program's own status display says. */
export interface Status {
  /** Share of the work done, 0 to 1; null when the program does not say. */
  fraction: number | null;
  text: string;
  /** Packets sent so far. */
  sent?: number;
  /** It sends no more and waits for late answers. */
  waits?: true;
}

/** What a look at the blocklist came to while the run sends. */
export interface OptOutsRead {
  /** Prefixes that were not opted out before. */
  added: number;
  /** Lines that were not understood. */
  rejected: number;
  /** Prefixes that the file no longer has, and that still hold. */
  dropped: number;
}

/** What a program does in a part, in its own measure: packets, mostly. */
export interface Work {
  done: number;
  of: number;
  /** How long it waits for late answers when all is done. */
  waitSeconds: number;
}

/** How far one part is. */
interface Part {
  /** Share that is done, as told by units or by the program. */
  fraction: number;
  work: Work | null;
  /** When the last of its work was done. */
  workedAt: number;
}

/** How far a stage is, in numbers. */
export interface Progress {
  parts: number;
  partsDone: number;
  units: number;
  /** Counted of parts that are done, estimated of those under way. */
  unitsDone: number;
  share: number;
  /** Units a second since the stage started; null before anything was done. */
  rate: number | null;
  /** Seconds left; null while nothing tells. */
  left: number | null;
  text: string;
}

/** How far one stage is: parts done, what those under way say of themselves, and what follows from both. */
export class StageProgress {
  readonly stage: string;
  readonly #startedAt: number;
  readonly #open = new Map<string, Part>();
  #parts = 0;
  #partsDone = 0;
  #partsBefore = 0;
  #units = 0;
  /** Work of the parts that are done since the start. */
  #worked = 0;
  #waitSeconds = 0;
  #text = '';

  constructor(stage: string, now: number) {
    this.stage = stage;
    this.#startedAt = now;
  }

  /** @param now milliseconds, of the clock that the constructor was given */
  hear(event: RunEvent, now: number): void {
    if (event.type === 'stage_start') {
      this.#parts = event.parts;
      this.#partsDone = event.partsDone;
      this.#partsBefore = event.partsDone;
      this.#units = event.units;
    } else if (event.type === 'units') {
      const perPart = this.#units / Math.max(1, this.#parts);
      const part = this.#part(event.part);
      if (part.work === null) part.fraction = perPart > 0 ? Math.min(1, event.done / perPart) : 0;
      if (event.text !== '') this.#text = event.text;
    } else if (event.type === 'work') {
      const { done, of, waitSeconds } = event;
      const part = this.#part(event.part);
      if (part.work?.done !== done) part.workedAt = now;
      part.work = { done, of, waitSeconds };
      part.fraction = of > 0 ? Math.min(1, done / of) : 0;
    } else if (event.type === 'status') {
      const part = this.#part(event.part);
      // A program knows how far it is itself, and a part may need several: who counts the work of all knows better.
      if (part.work === null) part.fraction = event.fraction ?? part.fraction;
      this.#text = event.text;
    } else if (event.type === 'part_done') {
      const work = this.#open.get(event.part)?.work ?? null;
      this.#worked += work?.of ?? 0;
      this.#waitSeconds = work?.waitSeconds ?? this.#waitSeconds;
      this.#open.delete(event.part);
      this.#partsDone += 1;
      this.#text = '';
    }
  }

  #part(name: string): Part {
    const known = this.#open.get(name);
    if (known !== undefined) return known;
    const part = { fraction: 0, work: null, workedAt: this.#startedAt };
    this.#open.set(name, part);
    return part;
  }

  /** Seconds until the last of the work is done, at the pace until now, and the wait behind it; null where no part tells its work. */
  #leftOfWork(now: number): number | null {
    const open = [...this.#open.values()];
    const told = open.flatMap(({ work }) => (work === null ? [] : [work]));
    const finished = this.#partsDone - this.#partsBefore;
    const done = this.#worked + told.reduce((sum, work) => sum + work.done, 0);
    const known = this.#worked + told.reduce((sum, work) => sum + work.of, 0);
    const counted = finished + told.length;
    if (counted === 0 || done === 0) return null;
    const all = (known / counted) * (this.#parts - this.#partsBefore);
    const seconds = (now - this.#startedAt) / 1000;
    if (done < all) return ((all - done) * seconds) / done + Math.max(this.#waitSeconds, ...told.map(waitOf));
    // All was sent: only the wait is left of whoever sent last.
    return Math.max(
      0,
      ...open.map(({ work, workedAt }) => (work === null ? 0 : work.waitSeconds - (now - workedAt) / 1000)),
    );
  }

  at(now: number): Progress {
    const seconds = (now - this.#startedAt) / 1000;
    const underWay = [...this.#open.values()].reduce((sum, { fraction }) => sum + fraction, 0);
    const parts = Math.min(this.#parts, this.#partsDone + underWay);
    const share = this.#parts === 0 ? 1 : parts / this.#parts;
    const fresh = parts - this.#partsBefore;
    const units = (count: number) => (count / Math.max(1, this.#parts)) * this.#units;
    const byParts = fresh > 0 ? (seconds / fresh) * (this.#parts - parts) : null;
    return {
      parts: this.#parts,
      partsDone: this.#partsDone,
      units: this.#units,
      unitsDone: Math.floor(units(parts)),
      share,
      rate: seconds > 0 && fresh > 0 && this.#units > 0 ? units(fresh) / seconds : null,
      left: this.#leftOfWork(now) ?? byParts,
      text: this.#text,
    };
  }

  /** One line: parts, units per second, time left, the program's own words. */
  line(now: number): string {
    const { parts, partsDone, share, rate, left, text } = this.at(now);
    // Before its units are known, there is nothing to count.
    if (parts === 0 && text !== '') return text;
    const words = [`${partsDone}/${parts} parts`, `${Math.floor(share * 100)}%`];
    if (rate !== null) words.push(`${rate >= 10 ? Math.round(rate) : rate.toFixed(1)} units/s`);
    if (left !== null && partsDone < parts) words.push(`${clock(left)} left`);
    if (text !== '') words.push(text);
    return words.join('  ');
  }
}

function waitOf({ waitSeconds }: Work): number {
  return waitSeconds;
}

/** Seconds as 1:02:03 or 2:03. */
export function clock(seconds: number): string {
  const whole = Math.round(seconds);
  const pad = (value: number) => String(value).padStart(2, '0');
  const hours = Math.floor(whole / 3600);
  const minutes = Math.floor((whole % 3600) / 60);
  return hours > 0 ? `${hours}:${pad(minutes)}:${pad(whole % 60)}` : `${minutes}:${pad(whole % 60)}`;
}
