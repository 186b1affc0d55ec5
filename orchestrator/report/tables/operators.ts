import { confirmedMeaning, confirmedSentence } from '../confirmed.ts';
import { formatCount } from '../format.ts';
import type { QueryName, Results } from '../results.ts';
import { coverageSentence, emptySentence, notMeasured } from './coverage.ts';
import { noDomains } from './domains.ts';
import { acrossSentence, baseMeaning, baseRate, denominator, versions } from './places.ts';
import type { Column, Table } from './table.ts';

/** How ASes were put together. */
function grouping({ groupedBy }: Results): string {
  return groupedBy === 'file'
    ? 'The file named in asn.organisations says which organisation an AS belongs to; an AS that it does not list is an organisation of its own.'
    : 'No file says which organisation an AS belongs to: ASes whose handles begin with the same operator word, and that are registered in the same country, count as one. Doubtful cases stay separate, so there are too many organisations rather than too few.';
}

/** Section 4.1 of the paper: an operator "across a few ASes". */
export function organisationTable(results: Results): Table {
  return {
    id: 'organisations',
    title: 'MPTCP-capable addresses per organisation, across its ASes',
    columns: [
      { key: 'organisation', title: 'Organisation', kind: 'text' },
      { key: 'registered', title: 'Registered in', kind: 'text' },
      { key: 'ases', title: 'ASes', kind: 'count' },
      { key: 'hosts', title: 'Count', kind: 'count' },
      { key: 'ratio', title: 'Ratio', kind: 'percent', bar: true },
      ...baseRate,
      ...versions,
    ],
    rows: notMeasured(results, 'asn') ? [] : results.rows('organisations'),
    denominator: `${denominator(results)} ${coverageSentence(results, 'asn', 'an origin AS')} ${acrossSentence(results)}`,
    meaning: `ASes: those with a capable address. ${grouping(results)} The first 12, then all others together. ${baseMeaning} ${confirmedMeaning}`,
    empty: emptySentence(results, 'asn', 'asn'),
  };
}

interface Grouping {
  query: QueryName & `domain_${string}`;
  title: string;
  /** What the rows are groups of. */
  first: Column[];
  field: 'country' | 'asn';
  stage: string;
  /** Where a domain may be in several rows. */
  place: string;
  meaning: string;
}

/** Domains by where their capable addresses are, with the addresses beside them. */
function domainTable(results: Results, { query, title, first, field, stage, place, meaning }: Grouping): Table {
  const domains = results.total('domains_capable');
  const addresses = results.total('addresses_capable');
  return {
    id: query,
    title,
    columns: [
      ...first,
      { key: 'domains', title: 'Domains', kind: 'count' },
      { key: 'ratio', title: 'of domains', kind: 'percent', bar: true },
      { key: 'confirmed', title: 'confirmed', kind: 'count' },
      { key: 'hosts', title: 'Addresses', kind: 'count' },
      { key: 'hosts_ratio', title: 'of addresses', kind: 'percent' },
    ],
    rows: notMeasured(results, field) ? [] : results.rows(query),
    denominator: `n = ${formatCount(domains)} domains with a capable address, and ${formatCount(addresses)} capable addresses. ${confirmedSentence(results, 'domains')}`,
    meaning: `A domain with capable addresses in several ${place} is counted once in each, so the domains may add up to more than n. ${meaning} The first 12, then all others together. ${confirmedMeaning}`,
    empty: domains === 0 ? noDomains(results) : emptySentence(results, field, stage),
  };
}

/** Table 1 for domains. */
export function domainCountryTable(results: Results): Table {
  return domainTable(results, {
    query: 'domain_countries',
    title: 'Domains with a capable address per country of that address',
    first: [{ key: 'country', title: 'Country', kind: 'text' }],
    field: 'country',
    stage: 'geo',
    place: 'countries',
    meaning: 'The country is that of the address by geolocation, not that of the domain or of its owner.',
  });
}

/** Table 2 for domains. */
export function domainSystemTable(results: Results): Table {
  return domainTable(results, {
    query: 'domain_systems',
    title: 'Domains with a capable address per autonomous system of that address',
    first: [
      { key: 'as_name', title: 'AS name', kind: 'text' },
      { key: 'asn', title: 'ASN', kind: 'id' },
    ],
    field: 'asn',
    stage: 'asn',
    place: 'ASes',
    meaning:
      'An AS with many domains on few addresses is a shared front: the owners of the domains need not know of MPTCP.',
  });
}

/** The same by organisation. */
export function domainOrganisationTable(results: Results): Table {
  return domainTable(results, {
    query: 'domain_organisations',
    title: 'Domains with a capable address per organisation of that address',
    first: [
      { key: 'organisation', title: 'Organisation', kind: 'text' },
      { key: 'registered', title: 'Registered in', kind: 'text' },
      { key: 'ases', title: 'ASes', kind: 'count' },
    ],
    field: 'asn',
    stage: 'asn',
    place: 'organisations',
    meaning: `The organisation announces the address; it need not own the domain. ${grouping(results)}`,
  });
}
