import type { Facts } from './facts.ts';

/** One line of the table: it holds or not for the facts of one endpoint and version. */
export interface Rule {
  name: string;
  /** Asked for this version only; absent: for both. */
  version?: 0 | 1;
  /** What it means that the rule holds. */
  sentence: string;
  /** RFC section, the paper's erratum, or the measurement that the rule rests on. */
  source: string;
  when: (facts: Facts) => boolean;
}
