import { createHash } from 'node:crypto';
import type { PartStage } from '../stage.ts';

/** Bytes of a digest that are kept: two of 2^24 records share them once in 10^14 parts. */
const keptBytes = 12;

/** Tells a record that was there before from a new one, and counts both. Holds a short digest per record of one part. */
export class Repeats<C> {
  readonly #stage: PartStage<C>;
  readonly #seen = new Set<string>();
  #repeats = 0;
  readonly #counted = new Map<string, number>();

  constructor(stage: PartStage<C>) {
    this.#stage = stage;
  }

  /** true when the same thing was said before: it must not be kept a second time. */
  isRepeat(record: unknown): boolean {
    const { role } = this.#stage;
    const identity = role.identity?.(record) ?? JSON.stringify(record);
    const digest = createHash('sha256').update(identity).digest().toString('latin1', 0, keptBytes);
    const known = this.#seen.has(digest);
    if (known) this.#repeats += 1;
    else this.#seen.add(digest);
    const name = role.countedAs?.(record) ?? null;
    if (name !== null) this.#count(known ? `${name}_repeated` : name);
    return known;
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
