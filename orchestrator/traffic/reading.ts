import type { TrafficCapture } from '../schemas/records/traffic/capture.ts';
import { CaptureCounts } from './records/capture.ts';
import { type Making, recordsOf } from './records/connection.ts';
import { LostJoins } from './records/lost-joins.ts';
import type { Said } from './said.ts';
import { type Session, Sessions } from './sessions.ts';
import type { TrafficStore } from './store.ts';

/** From what the reader says to records in a store; gives the lines as they become whole. */
export class RecordMaker {
  readonly #sessions: Sessions;
  readonly #counts: CaptureCounts;
  /** Where records go: of a live capture, another one for each report. */
  store: TrafficStore;
  readonly #making: Making;
  readonly #lost = new LostJoins();
  #lines: string[] = [];

  constructor(store: TrafficStore, names: readonly string[], making: Making) {
    this.store = store;
    this.#making = making;
    this.#counts = new CaptureCounts(names);
    this.#sessions = new Sessions((session) => this.#finish(session));
  }

  #finish(session: Session): void {
    const { connection, subflows } = recordsOf(session, this.#making, this.#lost);
    if (connection !== null) this.#lines.push(this.store.add(connection));
    for (const subflow of subflows) this.#lines.push(this.store.add(subflow));
  }

  #take(): string[] {
    const lines = this.#lines;
    this.#lines = [];
    return lines;
  }

  hear(batch: Iterable<Said>): string[] {
    for (const said of batch) {
      this.#sessions.hear(said);
      this.#counts.hear(said);
    }
    return this.#take();
  }

  /** What waited for late subflows. */
  end(): string[] {
    this.#sessions.end();
    return this.#take();
  }

  /** What was read so far. `of`: the store that is reported. */
  capture(dropped: number | null, of: TrafficStore = this.store): TrafficCapture | null {
    return this.#counts.record({ early: this.#sessions.early, dropped, leftOut: of.leftOut });
  }
}
