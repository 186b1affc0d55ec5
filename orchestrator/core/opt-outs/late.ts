import { reachedSet } from '../../address/forms.ts';
import type { Prefix } from '../../address/ip.ts';
import { PrefixSet } from '../../address/prefix-set.ts';

/** Makes a change hold at once; it is waited for. */
type Act = () => void | Promise<void>;

/** Who opted out since a run was started: nobody among them is sent another probe. What held at the start is known to every stage. */
export class LateOptOuts {
  readonly #before: readonly Prefix[];
  readonly #late: Prefix[] = [];
  readonly #acts = new Set<Act>();
  /** Those for whom the last change does not hold yet. */
  readonly #owed = new Set<Act>();
  #all: PrefixSet;
  #since = new PrefixSet([]);

  /** @param before the opt-outs that the run was started with */
  constructor(before: readonly Prefix[]) {
    this.#before = before;
    this.#all = reachedSet(before);
  }

  /** All who opted out, before the start and since. */
  get all(): PrefixSet {
    return this.#all;
  }

  /** Who opted out since the start; another set after each change. */
  get since(): PrefixSet {
    return this.#since;
  }

  /** Whether anybody opted out since the start. */
  get any(): boolean {
    return this.#late.length > 0;
  }

  get prefixes(): Prefix[] {
    return [...this.#before, ...this.#late];
  }

  /** Calls `act` after each change; what comes back ends that. */
  onChange(act: Act): () => void {
    this.#acts.add(act);
    return () => {
      this.#acts.delete(act);
      this.#owed.delete(act);
    };
  }

  /**
   * Takes what is not known yet. Resolves when it holds everywhere; rejects when somebody could not act on it, who is called again by the
   * next call, whether that brings anything new or not.
   */
  async add(prefixes: readonly Prefix[]): Promise<void> {
    const fresh = prefixes.filter((prefix) => !this.#all.covers(prefix));
    if (fresh.length > 0) {
      for (const prefix of fresh) this.#late.push(prefix);
      this.#since = reachedSet(this.#late);
      this.#all = reachedSet(this.prefixes);
      for (const act of this.#acts) this.#owed.add(act);
    }
    await this.#settle();
  }

  async #settle(): Promise<void> {
    const faults: unknown[] = [];
    const acts = [...this.#owed].map(async (act) => {
      try {
        await act();
        this.#owed.delete(act);
      } catch (fault) {
        // Who is through meanwhile sends no more, and needs to know of nobody.
        if (this.#acts.has(act)) faults.push(fault);
      }
    });
    await Promise.all(acts);
    if (faults.length > 0) throw faults[0];
  }
}
