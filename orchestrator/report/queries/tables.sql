-- The tables of the contract in views.sql that need no order of the rows.

-- What follows from what they have in common is no part of it: each column that rows are grouped by costs a tenth of the pass.
CREATE OR REPLACE TABLE endpoint_cells AS
SELECT * EXCLUDE (tried), is_capable(verdict_v1) AS capable_v1, is_capable(verdict_v0) AS capable_v0,
  confirmed_by(verdict_v1, rung_v1, tried) AS confirmed
FROM (
  SELECT run, port, CAST(family AS INTEGER) AS family, v1.verdict AS verdict_v1, v1.rung AS rung_v1, v1.rules AS rules_v1,
    v1.replies AS replies_v1, v0.verdict AS verdict_v0, v0.rung AS rung_v0, v0.rules AS rules_v0, v0.replies AS replies_v0,
    connected IS NOT NULL AS tried, cause, control,
    CASE WHEN v1.verdict = verdict().echoed_option OR v0.verdict = verdict().echoed_option THEN asn END AS echo_asn, count(*) AS n
  FROM hosts GROUP BY ALL
);

CREATE OR REPLACE TABLE endpoint_counts AS
SELECT *,
  coalesce(verdict_v1 = verdict().echoed_option, false) AS echoed_v1,
  coalesce(verdict_v0 = verdict().echoed_option, false) AS echoed_v0,
  coalesce(len(replies_v1) > 0, false) AS replied_v1,
  coalesce(len(replies_v0) > 0, false) AS replied_v0,
  has_synack(replies_v1) AS synack_v1,
  has_synack(replies_v0) AS synack_v0,
  has_offer(replies_v1) AS offer_v1,
  has_offer(replies_v0) AS offer_v0
FROM (
  SELECT run, port, family, verdict_v1, rung_v1, replies_v1, verdict_v0, rung_v0, replies_v0, capable_v1, capable_v0, confirmed, sum(n) AS n
  FROM endpoint_cells GROUP BY ALL
);

CREATE OR REPLACE TABLE told AS
SELECT run, address, port, capable_v1, capable_v0, confirmed, v1.verdict AS verdict_v1, v0.verdict AS verdict_v0, v1.flags AS v1_flags,
  verdict_v1 IN (verdict().unknown, verdict().inconsistent) OR verdict_v0 IN (verdict().unknown, verdict().inconsistent) AS open,
  domains, announced, connected, held_to_end, fallback, mp_fail, asn, asn_missing, as_name, country, country_missing, city, latitude, longitude,
  os, os_missing, syn_rtt_us, ping_rtt_us, ping_rtt_us_missing, pairs, pair_ratio, nearer, path_control
FROM detailed_endpoints
WHERE open OR capable_v1 OR capable_v0 OR len(os) > 0 OR pairs IS NOT NULL OR len(announced) > 0
  OR (run, address) IN (SELECT run, address FROM detailed_endpoints WHERE capable_v1 OR capable_v0);

-- Where no way was swept every row says why, and of a file that does so no more is read.
CREATE OR REPLACE TABLE swept AS SELECT run, address, port, ways FROM details WHERE ways_missing IS NULL AND len(ways) > 0;

CREATE OR REPLACE TABLE capable_endpoints AS
FROM told SEMI JOIN (SELECT run, address FROM told WHERE capable_v1 OR capable_v0) USING (run, address);

CREATE OR REPLACE TABLE capable AS
SELECT run, address,
  bool_or(capable_v1) AS capable_v1,
  bool_or(capable_v0) AS capable_v0,
  bool_or(confirmed) AS confirmed,
  arg_min(country, port) AS country,
  arg_min(country_missing, port) AS country_missing,
  arg_min(city, port) AS city,
  arg_min(latitude, port) AS latitude,
  arg_min(longitude, port) AS longitude,
  arg_min(asn, port) AS asn,
  arg_min(asn_missing, port) AS asn_missing,
  arg_min(as_name, port) AS as_name,
  arg_min(os, port) AS os,
  arg_min(os_missing, port) AS os_missing,
  bool_or(announced IS NOT NULL) AS announced_observed,
  bool_or(len(announced) > 0) AS announces,
  bool_or(connected) AS connected,
  bool_or(fallback) AS fallback,
  sum(mp_fail) AS mp_fail,
  min(syn_rtt_us) AS syn_rtt_us,
  min(ping_rtt_us) AS ping_rtt_us,
  arg_min(ping_rtt_us_missing, port) AS ping_rtt_us_missing
FROM capable_endpoints
GROUP BY run, address;

CREATE OR REPLACE VIEW capable_organisations AS
SELECT capable.*, organisation_id, organisation, registered FROM capable LEFT JOIN as_organisations USING (asn);

CREATE OR REPLACE TABLE domain_places AS
SELECT run, domain.name AS name, country, asn, min(as_name) AS as_name, bool_or(confirmed) AS confirmed
FROM (SELECT run, unnest(domains) AS domain, country, asn, as_name, confirmed FROM capable_endpoints WHERE capable_v1 OR capable_v0)
GROUP BY ALL;

CREATE OR REPLACE TABLE capable_entries AS
SELECT run, name, rank, ranks, addresses, capable_v1, mixed, confirmed
FROM entries LEFT JOIN (
  SELECT run, domain.name AS name, bool_or(confirmed) AS confirmed
  FROM (SELECT run, unnest(domains) AS domain, confirmed FROM capable_endpoints WHERE capable_v1) GROUP BY ALL
) USING (run, name)
WHERE capable;

CREATE OR REPLACE TABLE undecided AS
SELECT run, address, bool_or(differs) AS inconsistent, arg_min(country, port) AS country, arg_min(asn, port) AS asn,
  arg_min(domains, port) AS domains
FROM (
  SELECT *, coalesce(verdict_v1 = verdict().inconsistent, false) OR coalesce(verdict_v0 = verdict().inconsistent, false) AS differs
  FROM told WHERE open
) ANTI JOIN capable USING (run, address)
GROUP BY run, address;
