import { CensusError } from '../../errors.ts';
import { accounted, type Counts, noCounts } from '../folder/entries.ts';
import type { PartStage, UnitName } from '../stage.ts';
import type { Outcome } from './outcomes.ts';

/** The units of a part by name. */
export interface Asked {
  add(unit: UnitName): unknown;
  has(unit: UnitName): boolean;
  /** true when a record of the unit came before: for roles that have one of each. */
  isAnswered(unit: UnitName): boolean;
}

/** Units in any order, and those of them that a record came for. */
class AskedInAnyOrder extends Set<UnitName> implements Asked {
  readonly #answered = new Set<UnitName>();

  isAnswered(unit: UnitName): boolean {
    const before = this.#answered.size;
    return this.#answered.add(unit).size === before;
  }
}

/** Counts where every unit of one part ended, so that units in = answered + failed + rejected. Each unit is settled once. */
export class Tally<C> {
  readonly #stage: PartStage<C>;
  readonly #asked: Asked;
  /** Rows whose units are too many to list. */
  readonly #wide: unknown[] = [];
  #isWithin: ((unit: string) => boolean) | null = null;
  #unitsIn = 0;
  #settled = 0;
  readonly counts: Counts = noCounts();

  constructor(stage: PartStage<C>, asked: Asked = new AskedInAnyOrder()) {
    this.#stage = stage;
    this.#asked = asked;
  }

  ask(row: unknown, config: C): void {
    const units = this.#stage.role.asked(row, config);
    if (units === null) {
      this.#wide.push(row);
      this.#isWithin = null;
      this.#unitsIn += this.#stage.role.askedCount?.(row, config) ?? 1;
      return;
    }
    this.#unitsIn += units.length;
    for (const unit of units) this.#asked.add(unit);
  }

  wasAsked(unit: UnitName, config: C): boolean {
    if (this.#asked.has(unit)) return true;
    if (this.#wide.length === 0) return false;
    this.#isWithin ??= this.#stage.role.within?.(this.#wide, config) ?? (() => true);
    return this.#isWithin(String(unit));
  }

  /** true when the unit has its record already, where it has but one. */
  isAnswered(unit: UnitName): boolean {
    return this.#stage.role.oneRecord === true && this.#asked.isAnswered(unit);
  }

  /** Says what became of a unit, once per unit: rows come sorted by unit (units.ts). */
  settle({ kind, reason }: Outcome): void {
    this.#settled += 1;
    if (kind === 'answered' || reason === null) this.counts.answered += 1;
    else this.counts[kind][reason] = (this.counts[kind][reason] ?? 0) + 1;
  }

  /**
   * @param blocked units that the program itself left out of a prefix, by its own blocklist
   * @param optedOut units that it sent nothing, because they opted out while it sent. An answer from one of those is forged or late: the
   * unit is counted as what the answer says
   * @param purged units whose answers a purge removed from rows that are kept: they count as purged
   */
  finish(blocked: number, optedOut = 0, purged = 0): Counts {
    const { counts } = this;
    counts.units_in = this.#unitsIn;
    if (blocked > 0) counts.skipped.blocked = blocked;
    const silence = this.#unitsIn - this.#settled - blocked - purged;
    const unsent = Math.min(optedOut, Math.max(0, silence));
    if (unsent > 0) counts.skipped.opted_out = unsent;
    if (purged > 0) counts.skipped.purged = purged;
    const silent = silence - unsent;
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
