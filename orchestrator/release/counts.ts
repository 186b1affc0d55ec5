import type { z } from 'zod';
import { BlockAddresses } from '../schemas/records/release/block-addresses.ts';
import { BlockEndpoints } from '../schemas/records/release/block-endpoints.ts';
import { CountryCounts } from '../schemas/records/release/countries.ts';
import { SystemCounts } from '../schemas/records/release/systems.ts';

/** A table of a release that is counted from hosts and domains: what a query over report/queries/views.sql gives. */
export interface Counted {
  name: string;
  title: string;
  /** What one row is. */
  one: string;
  schema: z.ZodObject;
  sql: string;
}

const perAddress = `count(*) FILTER (WHERE synack) AS answered,
    count(*) FILTER (WHERE capable_v1 OR capable_v0) AS capable, count(*) FILTER (WHERE capable_v1) AS capable_v1,
    known_count(confirmed) AS confirmed, count(*) FILTER (WHERE capable_v0) AS capable_v0`;

/** Ports conflated, as in the report: an address lies where its lowest port says. Confirmed speaks of those capable in v1. */
const addresses = `(
  SELECT address, any_value(family) AS family, arg_min(country, port) AS country, arg_min(asn, port) AS asn, arg_min(as_name, port) AS as_name,
    bool_or(has_synack(v1.replies) OR has_synack(v0.replies)) AS synack, bool_or(capable_v1) AS capable_v1,
    bool_or(confirmed) AS confirmed, bool_or(capable_v0) AS capable_v0
  FROM endpoints GROUP BY address
)`;

/** Macros of the queries below. IPv6 addresses are canonical, so eight zero groups or fewer stand behind ::. */
export const macros = `
CREATE OR REPLACE MACRO groups_of(text) AS list_filter(string_split(text, ':'), lambda x: x <> '');
CREATE OR REPLACE MACRO eight_groups(a) AS CASE WHEN contains(a, '::')
  THEN groups_of(split_part(a, '::', 1))
    || list_transform(range(8 - len(groups_of(split_part(a, '::', 1))) - len(groups_of(split_part(a, '::', 2)))), lambda x: '0')
    || groups_of(split_part(a, '::', 2))
  ELSE string_split(a, ':') END;
CREATE OR REPLACE MACRO block_of(a) AS CASE WHEN contains(a, ':')
  THEN regexp_replace(regexp_replace(array_to_string(eight_groups(a)[1:3], ':'), '(:0)+$', ''), '^0$', '') || '::/48'
  ELSE regexp_replace(a, '\\.\\d+$', '.0/24') END;
`;

/** Unsuppressed counts of addresses: Tables 1 and 2 of the study count addresses, while the suppressed counts are of endpoints. */
export const totals: readonly Counted[] = [
  {
    name: 'countries',
    title: 'Addresses per country of geolocation (Table 1 of the 2015 study)',
    one: 'country',
    schema: CountryCounts,
    sql: `SELECT coalesce(country, '(unknown)') AS country, ${perAddress} FROM ${addresses} GROUP BY 1 ORDER BY capable DESC, answered DESC, country`,
  },
  {
    name: 'systems',
    title: 'Addresses per origin AS (Table 2 of the 2015 study)',
    one: 'origin AS',
    schema: SystemCounts,
    sql: `SELECT asn, CASE WHEN asn IS NULL THEN '(unknown)' ELSE min(as_name) END AS as_name, ${perAddress} FROM ${addresses}
      GROUP BY asn ORDER BY capable DESC, answered DESC, asn NULLS LAST`,
  },
];

/** Counts per /24 and /48. */
export const blocks: readonly Counted[] = [
  {
    name: 'block_addresses',
    title: 'Addresses per /24 and /48, ports conflated',
    one: 'block and set of properties that its addresses have',
    schema: BlockAddresses,
    sql: `SELECT block_of(address) AS block, family, asn, country, synack, capable_v1, confirmed, capable_v0, count(*) AS addresses
      FROM ${addresses} GROUP BY ALL ORDER BY ALL`,
  },
  {
    name: 'block_endpoints',
    title: 'Endpoints per /24 and /48, port and verdict',
    one: 'block, port and verdicts',
    schema: BlockEndpoints,
    sql: `SELECT block_of(address) AS block, family, asn, country, port, v1.verdict AS verdict_v1, v1.rung AS rung_v1,
      v0.verdict AS verdict_v0, v0.rung AS rung_v0, count(*) AS endpoints
      FROM endpoints GROUP BY ALL ORDER BY ALL`,
  },
];
