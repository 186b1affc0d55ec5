import { type CaptureFile, TrafficCapture } from '../../schemas/records/traffic/capture.ts';
import type { Said, Totals } from '../said.ts';
import { isoOf } from './subflow.ts';

/** What the reader says of files and of everything together, until it is one record. */
export class CaptureCounts {
  readonly #names: readonly string[];
  readonly #files: (CaptureFile | undefined)[];
  #totals: Totals | null = null;

  constructor(names: readonly string[]) {
    this.#names = names;
    this.#files = names.map(() => undefined);
  }

  hear(said: Said): void {
    if (said.type === 'totals') this.#totals = said;
    if (said.type !== 'file') return;
    const { state, format, packed, tail, packets, skipped, timeless, bytes, error } = said;
    const name = this.#names[said.index] ?? String(said.index);
    this.#files[said.index] = { name, state, format, packed, tail, packets, skipped, timeless, bytes, error };
  }

  /** null: nothing was read to its end. */
  record(known: { early: number; dropped: number | null; leftOut: number }): TrafficCapture | null {
    if (this.#totals === null) return null;
    const { type: _, first_us, last_us, ...counts } = this.#totals;
    return TrafficCapture.parse({
      record: 'capture',
      schema_version: 1,
      files: this.#files.filter((file) => file !== undefined),
      first_at: first_us === null ? null : isoOf(first_us),
      last_at: last_us === null ? null : isoOf(last_us),
      ...counts,
      early: known.early,
      records_left_out: known.leftOut,
      captured_dropped: known.dropped,
    });
  }
}
