-- What every table and figure reads. endpoints: one row per address and port. servers: one row per address, ports conflated.
-- capable: the servers whose verdict is capable for at least one version at one of their ports.
-- A SYN/ACK to a version's probe is what that version's shares are taken of: a reset or an ICMP error shows no TCP options.
CREATE OR REPLACE MACRO has_synack(replies) AS coalesce(list_has_any(replies,
  ['synack_no_option', 'mp_capable', 'echoed', 'version_mismatch', 'malformed', 'other_subtype']), false);

CREATE OR REPLACE VIEW endpoints AS
SELECT *,
  coalesce(v1.verdict = 'capable', false) AS capable_v1,
  coalesce(v0.verdict = 'capable', false) AS capable_v0,
  coalesce(v1.verdict = 'echoed_option', false) AS echoed_v1,
  coalesce(v0.verdict = 'echoed_option', false) AS echoed_v0,
  has_synack(v1.replies) AS synack_v1,
  has_synack(v0.replies) AS synack_v0
FROM hosts;

CREATE OR REPLACE VIEW servers AS
SELECT address,
  bool_or(capable_v1) AS capable_v1,
  bool_or(capable_v0) AS capable_v0,
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
