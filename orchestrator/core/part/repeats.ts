import { createHash } from 'node:crypto';
import type { NarrowRows } from '../rows/narrow-row.ts';
import type { SortedRow } from '../sort/sorted-runs.ts';
import type { PartStage } from '../stage.ts';

/** Bytes of a digest that are kept: two of 2^24 records share them once in 10^14 parts. */
const keptBytes = 12;
/** So many identities of a unit are kept as they are; those of a unit with more as digests. Hashing is dear, and most have two. */
const fewIdentities = 64;
/** So many texts of a unit are looked at one by one. */
const fewTexts = 4;

/**
 * Tells a record that was there before from a new one, and counts both. Rows come unit by unit: held are the identities of one unit
 * that has several records.
 */
export class Repeats<C> {
  readonly #stage: PartStage<C>;
  readonly #form: NarrowRows;
  #first = Buffer.allocUnsafe(1024);
  /** Bytes of the first record of this unit; 0: there is none yet. */
  #length = 0;
  /** The first records of this unit where records come as text. */
  #texts: string[] = [];
  readonly #seen = new Set<string>();
  #repeats = 0;
  readonly #counted = new Map<string, number>();

  constructor(stage: PartStage<C>, form: NarrowRows) {
    this.#stage = stage;
    this.#form = form;
  }

  /** From here on records are another unit's. */
  nextUnit(): void {
    this.#length = 0;
    if (this.#texts.length > 0) this.#texts = [];
    if (this.#seen.size > 0) this.#seen.clear();
  }

  /**
   * true when the same thing was said of the unit before: it must not be kept a second time.
   * @param counted fact under which the role counts the record
   */
  isRepeat(row: SortedRow, counted: string | null): boolean {
    return this.#counts(this.#length === 0 ? this.#keepFirst(row) : this.#isKnown(row), counted);
  }

  /** The same of a record as text. */
  isRepeatText(text: string, counted: string | null): boolean {
    return this.#counts(this.#texts.includes(text) || this.#isKnownText(text), counted);
  }

  #counts(known: boolean, counted: string | null): boolean {
    if (known) this.#repeats += 1;
    if (counted !== null) this.#count(known ? `${counted}_repeated` : counted);
    return known;
  }

  #keepFirst({ bytes, from, to }: SortedRow): false {
    this.#length = to - from;
    if (this.#length > this.#first.length) this.#first = Buffer.allocUnsafe(2 * this.#length);
    bytes.copy(this.#first, 0, from, to);
    return false;
  }

  #isKnown({ bytes, from, to }: SortedRow): boolean {
    if (this.#seen.size === 0) this.#seen.add(this.#identity(this.#first, 0, this.#length));
    return this.#isSeen(this.#identity(bytes, from, to));
  }

  /** Most units have one record or two: a look at each is cheaper than a set. */
  #isKnownText(text: string): boolean {
    const { identity } = this.#stage.role;
    const [first] = this.#texts;
    if (first === undefined || (identity === undefined && this.#texts.length < fewTexts)) {
      this.#texts.push(text);
      return false;
    }
    const identityOf = (record: string) => identity?.(JSON.parse(record)) ?? record;
    if (this.#seen.size === 0) for (const known of this.#texts) this.#seen.add(identityOf(known));
    return this.#isSeen(identityOf(text));
  }

  #isSeen(identity: string): boolean {
    if (this.#seen.has(identity)) return true;
    const kept = this.#seen.size < fewIdentities ? identity : digestOf(identity);
    if (this.#seen.has(kept)) return true;
    this.#seen.add(kept);
    return false;
  }

  #identity(bytes: Buffer, from: number, to: number): string {
    const { identity } = this.#stage.role;
    return identity === undefined ? bytes.toString('utf8', from, to) : identity(this.#form.record(bytes, from, to));
  }

  #count(name: string): void {
    this.#counted.set(name, (this.#counted.get(name) ?? 0) + 1);
  }

  /** Facts of the part: `repeats`, always there where the role says what a repeat is, and what the role counts. */
  facts(): Record<string, number> {
    const counted = Object.fromEntries(this.#counted);
    return this.#repeats === 0 && this.#stage.role.identity === undefined
      ? counted
      : { ...counted, repeats: this.#repeats };
  }
}

function digestOf(identity: string): string {
  return createHash('sha256').update(identity).digest().toString('latin1', 0, keptBytes);
}
