import { formatCount, formatShare } from './format.ts';
import type { Results } from './results.ts';

/** What the word says, in every table that has it. */
export const confirmedMeaning =
  'Confirmed: capable in v1, and a real MPTCP connection was made and did not fall back, or more (rung connection or higher). ' +
  'It does not apply to v0: the kernels that open the connections speak v1 only.';

/** What a count of confirmed ones is called, by what is counted. */
type Unit = 'endpoints' | 'addresses' | 'domains';

/** How many of the capable ones are confirmed, with the denominator. */
export function confirmedSentence(results: Results, unit: Unit): string {
  const unasked = results.unasked.v1;
  if (unasked !== undefined) return `No confirmed ones: ${unasked}.`;
  const capable = results.total(`${unit}_capable_v1`);
  const tried = results.total(`${unit}_tried_v1`);
  const confirmed = results.known(`${unit}_confirmed_v1`);
  const what = unit === 'domains' ? 'domains with an address capable in v1' : `${unit} capable in v1`;
  if (capable === 0) return `No confirmed ones: there are no ${what}.`;
  if (confirmed === null)
    return `Not measured whether the ${formatCount(capable)} ${what} are confirmed: no connection was tried.`;
  const attempts = unit === 'domains' ? `for ${formatCount(tried)} of them` : `to ${formatCount(tried)} of them`;
  return `Of the ${formatCount(capable)} ${what}, ${formatCount(confirmed)} (${formatShare(confirmed, capable)}) ${confirmed === 1 ? 'is' : 'are'} confirmed; a connection was tried ${attempts}.`;
}
