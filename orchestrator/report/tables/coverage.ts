import { Missing } from '../../schemas/lists.ts';
import { formatCount, formatOf, plural } from '../format.ts';
import type { Results } from '../results.ts';

const reasons: Record<string, string> = {
  [Missing.enum.not_measured]: 'not measured',
  [Missing.enum.no_data]: 'not in the source',
  [Missing.enum.registered_only]: 'in the source with a country of registration alone',
  [Missing.enum.timeout]: 'timed out',
};

/** Whether the stage that would know a field was left out: every capable address lacks it because nothing was measured. */
export function notMeasured(results: Results, field: string): boolean {
  const coverage = results.coverage.find((entry) => entry.field === field);
  if (coverage === undefined || coverage.known > 0) return false;
  return coverage.missing.every(([reason]) => reason === Missing.enum.not_measured);
}

/** "41 of 60 (68.33 %) capable addresses have a country; 19 have none: 19 not in the source." */
export function coverageSentence(results: Results, field: string, what: string): string {
  const capable = results.total('addresses_capable');
  const coverage = results.coverage.find((entry) => entry.field === field);
  const known = coverage?.known ?? 0;
  const missing = (coverage?.missing ?? []).map(([reason, n]) => `${formatCount(n)} ${reasons[reason] ?? reason}`);
  const rest = missing.length === 0 ? '' : `; without: ${missing.join(', ')}`;
  return `${formatOf(known, capable)} capable addresses have ${what}${rest}.`;
}

const notTold = 'Not measured: replies to SYNs alone do not show it.';

/** What stands in place of a table or figure that has nothing to show. */
export function emptySentence(results: Results, field: string | null, stage: string): string {
  if (results.total('addresses_capable') === 0) {
    const answered = results.total('addresses_synack');
    return `No address was found capable, out of ${plural(answered, 'address', 'addresses')} that answered with a SYN/ACK.`;
  }
  if (field !== null && notMeasured(results, field))
    return results.alone === true ? notTold : `Not measured: the ${stage} stage was disabled for this run.`;
  if (field === null && results.alone === true) return notTold;
  return 'No data: not available for any of the capable addresses.';
}
