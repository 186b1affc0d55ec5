import type { RuleSetName, Rung, VerdictName } from '../schemas/lists.ts';
import type { Verdict } from '../schemas/records/hosts.ts';
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

/** Whether a rule is asked for the version of these facts. */
export function asked({ version }: Rule, facts: Facts): boolean {
  return version === undefined || version === facts.version;
}

/** One holds when `any` or `all` of its rules do. */
export interface Claim {
  verdict: VerdictName;
  rung: Rung;
  needs: 'any' | 'all';
  rules: readonly Rule[];
}

/** Claims that cover every case of our probes, in order, under a name that stands in each verdict they give. */
export interface RuleSet {
  name: RuleSetName;
  version: number;
  /** What it is, in a sentence. */
  sentence: string;
  claims: readonly Claim[];
  /** Whether the rules of rungs.ts lift what it calls capable. */
  climbs: boolean;
}

/** The verdict on replies that contradict each other, or what they answer, as those of another program may: no claim covers them. */
export function uncovered({ name, version }: RuleSet): Verdict {
  const nothing = { flags: null, replies: [], rule_set: name, rules_version: version };
  return { verdict: 'unknown', rung: 'none', rules: ['not_covered'], ...nothing };
}
