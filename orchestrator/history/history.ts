import type { History } from '../schemas/records/history/history.ts';

/** What a series is made of. */
export interface HistoryInput {
  /** Folders of finished runs, in any order. */
  runs: readonly string[];
  /** Folder that everything is written to. */
  out: string;
  /** Prefix table for the addresses of all runs; null: what each run found. */
  rib: string | null;
  /** Databases of countries and cities, as MaxMind writes them; null: what each run found. */
  country: string | null;
  city: string | null;
  /** Days from run to run; null: the median of the series. */
  every: number | null;
  signal: AbortSignal;
  /** Takes a sentence for whoever waits. */
  tell: (text: string) => void;
}

/** Makes the series: runs.json, the tables and the page; gives what runs.json holds. */
export type MakeHistory = (input: HistoryInput) => Promise<History>;
