import { CensusError } from '../../errors.ts';
import { accounted, type Counts, noCounts } from '../folder/entries.ts';
import type { PartStage } from '../stage.ts';

/** Why a unit has no answer; null: it has one. */
type Outcome = { kind: 'answered' } | { kind: 'failed' | 'rejected'; reason: string };

/** Follows every unit of one part to where it ended, so that units in = answered + failed + rejected. */
export class Tally<C> {
  readonly #stage: PartStage<C>;
  /** null: units too many to list. */
  #asked: Set<string> | null = new Set();
  #unitsIn = 0;
  readonly #outcomes = new Map<string, Outcome>();
  readonly counts: Counts = noCounts();

  constructor(stage: PartStage<C>) {
    this.#stage = stage;
  }

  ask(row: unknown, config: C): void {
    const units = this.#stage.role.asked(row, config);
    if (units === null) {
      this.#asked = null;
      this.#unitsIn += this.#stage.role.askedCount?.(row, config) ?? 1;
      return;
    }
    this.#unitsIn += units.length;
    for (const unit of units) this.#asked?.add(unit);
  }

  wasAsked(unit: string): boolean {
    return this.#asked === null || this.#asked.has(unit);
  }

  /** failure null: answered. An answer outlasts a failure of the same unit, and a failure a reject. */
  end(unit: string, failure: string | null): void {
    if (failure === null) this.#outcomes.set(unit, { kind: 'answered' });
    else if (this.#outcomes.get(unit)?.kind !== 'answered')
      this.#outcomes.set(unit, { kind: 'failed', reason: failure });
  }

  rejectUnit(unit: string, reason: string): void {
    if (!this.#outcomes.has(unit)) this.#outcomes.set(unit, { kind: 'rejected', reason });
  }

  get done(): number {
    return this.#outcomes.size;
  }

  /** `blocked`: units that the program itself left out of a prefix, by its own blocklist. */
  finish(blocked: number): Counts {
    const { counts } = this;
    counts.units_in = this.#unitsIn;
    for (const outcome of this.#outcomes.values()) {
      if (outcome.kind === 'answered') counts.answered += 1;
      else counts[outcome.kind][outcome.reason] = (counts[outcome.kind][outcome.reason] ?? 0) + 1;
    }
    if (blocked > 0) counts.skipped.blocked = blocked;
    const silent = this.#unitsIn - this.#outcomes.size - blocked;
    if (silent > 0) counts.failed[this.#stage.unanswered] = (counts.failed[this.#stage.unanswered] ?? 0) + silent;
    if (accounted(counts) !== counts.units_in) {
      throw new CensusError(
        'E_INPUT',
        `${this.#stage.name}: ${counts.units_in} units in, ${accounted(counts)} accounted for`,
        'a unit was given twice; this is a defect, please report it',
      );
    }
    return counts;
  }
}
