import { confirmedMeaning, confirmedSentence } from '../confirmed.ts';
import { formatCount, formatOf } from '../format.ts';
import type { Results } from '../results.ts';
import { numberOf } from '../rows.ts';
import type { Table } from './table.ts';

/** Why there is no table of domains. */
export function noDomains(results: Results): string {
  if (results.alone === true) return 'Replies alone name no domains.';
  if (results.total('domains_listed') === 0)
    return 'This run had no list of names: its targets were addresses or prefixes.';
  const answered = formatCount(results.total('domains_answered'));
  return `No domain has a capable address, out of ${answered} with an address that answered.`;
}

/** Table 3 of the paper. */
export function topDomainTable(results: Results): Table {
  const capable = results.total('domains_capable');
  return {
    id: 'table3',
    title: 'Table 3. Most popular domains with MPTCP',
    columns: [
      { key: 'domain', title: 'Domain', kind: 'text' },
      { key: 'rank', title: 'Rank', kind: 'count' },
      { key: 'endpoints', title: 'Endpoints', kind: 'count' },
      { key: 'addresses', title: 'of addresses', kind: 'count' },
      { key: 'v1', title: 'v1', kind: 'count' },
      { key: 'confirmed', title: 'confirmed', kind: 'count' },
      { key: 'v0', title: 'v0', kind: 'count' },
    ],
    rows: results.rows('table3'),
    denominator: `The first ${formatCount(results.rows('table3').length)} of ${formatCount(capable)} domains with a capable address; ${formatOf(capable, results.total('domains_answered'))} of the domains that answered. ${confirmedSentence(results, 'domains')}`,
    meaning:
      'Endpoints are capable addresses of the domain, including its www variant. A capable address may be a shared front that serves many domains: their owners need not know. ' +
      confirmedMeaning,
    empty: noDomains(results),
  };
}

/** Domains from the list down to the mixed ones. */
export function mixedTable(results: Results): Table {
  const [first] = results.rows('first_mixed');
  const place = numberOf(first, 'place');
  const rank = numberOf(first, 'rank');
  const where =
    place === null || rank === null
      ? ''
      : ` The first mixed domain is at rank ${formatCount(rank)}, number ${formatCount(place)} among the capable ones.`;
  return {
    id: 'mixed_domains',
    title: 'Domains, and how many are partly capable',
    columns: [
      { key: 'domains', title: 'Domains', kind: 'text' },
      { key: 'count', title: 'Count', kind: 'count' },
      { key: 'of', title: 'of', kind: 'count' },
      { key: 'share', title: 'Share', kind: 'percent', bar: true },
    ],
    rows: results.total('domains_listed') === 0 ? [] : results.rows('mixed_domains'),
    denominator: `Each share is of the count in the column "of".${where}`,
    meaning:
      'A client of a mixed domain gets MPTCP or not depending on the address it happens to use. Addresses are those resolved from this vantage point; a name can resolve differently elsewhere.',
    empty: noDomains(results),
  };
}

/** The lists of a run beside each other. */
export function listTable(results: Results): Table {
  const rows = results.total('domains_listed') === 0 ? [] : results.rows('lists');
  return {
    id: 'lists',
    title: 'Domains per list of names',
    columns: [
      { key: 'list', title: 'List', kind: 'text' },
      { key: 'names', title: 'Names', kind: 'count' },
      { key: 'resolved', title: 'with an address', kind: 'count' },
      { key: 'answered', title: 'answered', kind: 'count' },
      { key: 'capable', title: 'capable', kind: 'count' },
      { key: 'share', title: 'of answered', kind: 'percent', bar: true },
      { key: 'v1', title: 'v1', kind: 'count' },
      { key: 'confirmed', title: 'confirmed', kind: 'count' },
      { key: 'best_rank', title: 'Best rank', kind: 'count' },
    ],
    rows,
    denominator: `Unit: domain, including its www variant. A domain in several lists counts in each of them; all lists together name ${formatCount(results.total('domains_listed'))}. Each share is of the domains of its own list that answered. The best rank is that of a capable domain. ${confirmedSentence(results, 'domains')}`,
    meaning: `Counts of lists of different lengths or methods are not comparable. ${confirmedMeaning}`,
    empty:
      results.total('domains_listed') === 0
        ? noDomains(results)
        : 'Runs of this version do not record which list names a domain.',
  };
}
