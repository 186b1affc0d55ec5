import type { RuleSetName } from '../../schemas/lists.ts';
import type { RuleSet } from '../rule.ts';
import { ours } from '../verdict.ts';
import { erratum2015 } from './erratum2015.ts';
import { mehani2015 } from './mehani2015.ts';

/** Every table of rules that the same packets can be judged by. A new one is a file beside this and a word in schemas/lists.ts. */
export const ruleSets: Readonly<Record<RuleSetName, RuleSet>> = { ours, mehani2015, erratum2015 };
