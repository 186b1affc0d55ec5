-- What every table and figure reads. endpoints: one row per address and port. servers: one row per address, ports conflated.
-- capable: the servers whose verdict is capable for at least one version at one of their ports. entries: one row per list entry.
-- The closed lists (synack_words() and so on) are macros made of schemas/lists.ts (report/views.ts).
-- A SYN/ACK to a version's probe is what that version's shares are taken of: a reset or an ICMP error shows no TCP options.
CREATE OR REPLACE MACRO has_synack(replies) AS coalesce(list_has_any(replies, synack_words()), false);
CREATE OR REPLACE MACRO has_offer(replies) AS coalesce(list_has_any(replies, offer_words()), false);

-- Not rounded: how many decimals a share needs depends on how small it is (report/format.ts).
CREATE OR REPLACE MACRO percent(n, base) AS CASE WHEN base > 0 THEN 100.0 * n / base END;

-- How many are true; null where it is not known of any.
CREATE OR REPLACE MACRO known_count(flag) AS CASE WHEN count(flag) > 0 THEN count(*) FILTER (WHERE flag) END;

-- confirmed: capable in v1, and a connection or more says so. null: not capable in v1, or no connection was tried. There is none for
-- v0: the kernels that open the connections speak v1 only.
CREATE OR REPLACE VIEW endpoints AS
SELECT *,
  CASE WHEN capable_v1 AND (connected IS NOT NULL OR holds) THEN holds END AS confirmed
FROM (
  SELECT *,
    coalesce(v1.verdict = 'capable', false) AS capable_v1,
    coalesce(v0.verdict = 'capable', false) AS capable_v0,
    coalesce(v1.verdict = 'echoed_option', false) AS echoed_v1,
    coalesce(v0.verdict = 'echoed_option', false) AS echoed_v0,
    coalesce(len(v1.replies) > 0, false) AS replied_v1,
    coalesce(len(v0.replies) > 0, false) AS replied_v0,
    has_synack(v1.replies) AS synack_v1,
    has_synack(v0.replies) AS synack_v0,
    has_offer(v1.replies) AS offer_v1,
    has_offer(v0.replies) AS offer_v0,
    coalesce(list_contains(confirmed_words(), v1.rung), false) AS holds
  FROM hosts
);

CREATE OR REPLACE VIEW servers AS
SELECT address,
  bool_or(capable_v1) AS capable_v1,
  bool_or(capable_v0) AS capable_v0,
  bool_or(confirmed) AS confirmed,
  bool_or(synack_v1 OR synack_v0) AS synack,
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
FROM endpoints
GROUP BY address;

CREATE OR REPLACE VIEW capable AS SELECT * FROM servers WHERE capable_v1 OR capable_v0;

CREATE OR REPLACE VIEW entries AS
SELECT name, rank, len(addresses) AS addresses, addresses_answered > 0 AS answered,
  addresses_capable_v1 + addresses_capable_v0 > 0 AS capable, addresses_capable_v1 > 0 AS capable_v1, mixed, confirmed
FROM domains LEFT JOIN (
  SELECT domain.name AS name, bool_or(confirmed) AS confirmed
  FROM (SELECT unnest(domains) AS domain, confirmed FROM endpoints WHERE capable_v1) GROUP BY 1
) USING (name);
