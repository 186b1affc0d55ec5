import { createHash } from 'node:crypto';
import type { NarrowRows } from '../rows/narrow-row.ts';
import type { PlacedRow } from '../sort/sorted-runs.ts';
import type { PartStage } from '../stage.ts';

/** Bytes kept of a digest: with 2^24 records, two share them in one of 10^14 parts. */
const keptBytes = 12;
/** So many identities of a unit are kept as they are; those of a unit with more as digests. Hashing is dear, and most have two. */
const fewIdentities = 64;
const wordBytes = 4;
/** So many records of a unit are looked at one by one. */
const fewRows = 4;

/**
 * Tells a record that was there before from a new one, and counts both. Rows come unit by unit: held are the identities of one unit
 * that has several records.
 */
export class Repeats<C> {
  readonly #stage: PartStage<C>;
  readonly #form: NarrowRows;
  /** The first records of this unit, one behind the other, and where each ends. */
  #first = Buffer.allocUnsafe(4096);
  #firstWords = viewOf(this.#first);
  /** What the row kept last lies in, and the same word by word. */
  #source: Buffer = this.#first;
  #words = this.#firstWords;
  readonly #ends: number[] = [];
  #kept = 0;
  readonly #seen = new Set<string>();
  #repeats = 0;
  readonly #counted = new Map<string, number>();

  constructor(stage: PartStage<C>, form: NarrowRows) {
    this.#stage = stage;
    this.#form = form;
  }

  /** From here on records are another unit's. */
  nextUnit(): void {
    this.#kept = 0;
    if (this.#seen.size > 0) this.#seen.clear();
  }

  /**
   * true when the same thing was said of the unit before: it must not be kept a second time.
   * @param counted fact under which the role counts the record
   */
  isRepeat(row: PlacedRow, counted: string | null): boolean {
    const known = this.#isKnown(row);
    if (known) this.#repeats += 1;
    if (counted !== null) this.#count(known ? `${counted}_repeated` : counted);
    return known;
  }

  /** Most units have one record or two: a look at each is cheaper than a set. */
  #isKnown({ bytes, from, to }: PlacedRow): boolean {
    if (this.#isAmongFirst(bytes, from, to)) return true;
    if (this.#kept === 0 || (this.#stage.role.identity === undefined && this.#kept < fewRows)) {
      this.#keep(bytes, from, to);
      return false;
    }
    if (this.#seen.size === 0)
      for (let at = 0; at < this.#kept; at += 1)
        this.#seen.add(this.#identity(this.#first, this.#start(at), this.#start(at + 1)));
    return this.#isSeen(this.#identity(bytes, from, to));
  }

  /** Where one of the first records begins, and the one before it ends. */
  #start(at: number): number {
    return at === 0 ? 0 : (this.#ends[at - 1] ?? 0);
  }

  #isAmongFirst(bytes: Buffer, from: number, to: number): boolean {
    for (let at = 0; at < this.#kept; at += 1) {
      const start = this.#start(at);
      if (this.#start(at + 1) - start !== to - from) continue;
      let same = from;
      while (same < to && bytes[same] === this.#first[start + same - from]) same += 1;
      if (same === to) return true;
    }
    return false;
  }

  #keep(bytes: Buffer, from: number, to: number): void {
    const start = this.#start(this.#kept);
    const end = start + to - from;
    if (end > this.#first.length) {
      const wider = Buffer.allocUnsafe(2 * end);
      this.#first.copy(wider, 0, 0, start);
      this.#first = wider;
    }
    this.#copy(bytes, from, to, start);
    this.#ends[this.#kept] = end;
    this.#kept += 1;
  }

  /** Word by word: a call that copies a hundred bytes costs more than they do. */
  #copy(bytes: Buffer, from: number, to: number, start: number): void {
    if (bytes !== this.#source) this.#words = viewOf(bytes);
    this.#source = bytes;
    if (this.#firstWords.byteLength !== this.#first.length) this.#firstWords = viewOf(this.#first);
    let at = from;
    for (; at + wordBytes <= to; at += wordBytes)
      this.#firstWords.setUint32(start + at - from, this.#words.getUint32(at));
    for (; at < to; at += 1) this.#first[start + at - from] = bytes[at] ?? 0;
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

function viewOf({ buffer, byteOffset, length }: Buffer): DataView {
  return new DataView(buffer, byteOffset, length);
}

function digestOf(identity: string): string {
  return createHash('sha256').update(identity).digest().toString('latin1', 0, keptBytes);
}
