import type { Counts } from './folder/entries.ts';

/** What a run tells whoever watches it. */
export type RunEvent =
  | { type: 'stage_start'; stage: string; parts: number; partsDone: number; units: number }
  | { type: 'stage_left_out'; stage: string }
  | { type: 'stage_unchanged'; stage: string }
  | { type: 'units'; stage: string; done: number; text: string }
  | { type: 'status'; stage: string; fraction: number | null; text: string }
  | { type: 'part_done'; stage: string; part: string }
  | { type: 'stage_done'; stage: string; counts: Counts; seconds: number }
  | { type: 'stage_failed'; stage: string }
  | { type: 'opt_outs'; stage: string; text: string };

export type Reporter = (event: RunEvent) => void;

/** How far one stage is: parts done and the program's own status, and what follows from them. */
export class StageProgress {
  readonly stage: string;
  readonly #startedAt: number;
  #parts = 0;
  #partsDone = 0;
  #partsBefore = 0;
  #units = 0;
  #fraction = 0;
  #text = '';

  constructor(stage: string, now: number) {
    this.stage = stage;
    this.#startedAt = now;
  }

  hear(event: RunEvent): void {
    if (event.type === 'stage_start') {
      this.#parts = event.parts;
      this.#partsDone = event.partsDone;
      this.#partsBefore = event.partsDone;
      this.#units = event.units;
    } else if (event.type === 'units') {
      const perPart = this.#units / Math.max(1, this.#parts);
      this.#fraction = perPart > 0 ? Math.min(1, event.done / perPart) : 0;
      this.#text = event.text;
    } else if (event.type === 'status') {
      this.#fraction = event.fraction ?? this.#fraction;
      this.#text = event.text;
    } else if (event.type === 'part_done') {
      this.#partsDone += 1;
      this.#fraction = 0;
      this.#text = '';
    }
  }

  /** One line: parts, units per second, time left, the program's own words. */
  line(now: number): string {
    const seconds = (now - this.#startedAt) / 1000;
    const parts = Math.min(this.#parts, this.#partsDone + this.#fraction);
    const share = this.#parts === 0 ? 1 : parts / this.#parts;
    const fresh = parts - this.#partsBefore;
    const rate = seconds > 0 ? ((fresh / Math.max(1, this.#parts)) * this.#units) / seconds : 0;
    const left = fresh > 0 ? (seconds / fresh) * (this.#parts - parts) : null;
    const words = [`${this.#partsDone}/${this.#parts} parts`, `${Math.floor(share * 100)}%`];
    if (rate > 0) words.push(`${rate >= 10 ? Math.round(rate) : rate.toFixed(1)} units/s`);
    if (left !== null && share < 1) words.push(`${clock(left)} left`);
    if (this.#text !== '') words.push(this.#text);
    return words.join('  ');
  }
}

/** Seconds as 1:02:03 or 2:03. */
export function clock(seconds: number): string {
  const whole = Math.round(seconds);
  const pad = (value: number) => String(value).padStart(2, '0');
  const hours = Math.floor(whole / 3600);
  const minutes = Math.floor((whole % 3600) / 60);
  return hours > 0 ? `${hours}:${pad(minutes)}:${pad(whole % 60)}` : `${minutes}:${pad(whole % 60)}`;
}
