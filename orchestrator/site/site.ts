import type { Mark } from './data/marks.ts';
import type { ToldRun } from './told.ts';

/** Everything that pages are made of. */
export interface Site {
  title: string;
  /** Where it will lie, with a slash at the end; null: not known, and links stay relative. */
  url: string | null;
  /** Addresses that a published number has at least. */
  k: number;
  /** The last day that is published; null: no embargo. */
  embargo: string | null;
  /** Runs that were given and lie after it. */
  embargoed: number;
  /** Oldest first; never empty. */
  runs: readonly ToldRun[];
  newest: ToldRun;
  marks: readonly Mark[];
}
