-- What every table and figure reads, made once.
--
-- Two views come from outside (report/sources.ts), under fixed names:
--   hosts    rows of schemas/records/hosts.ts, and `run`
--   domains  rows of schemas/records/domains.ts, and `run`
-- and a table, made by report/organisations/table.ts:
--   as_organisations  of every AS of the hosts, the organisation that it belongs to, by a file or by its name
-- They may hold one run or several, each row under the name of its run. The unit is then an address, or an entry of the list, of one
-- run: nothing is joined or grouped across runs, so over several runs each count is the sum of the runs' counts, and each share is
-- that of the sums. For the numbers of one run alone, the two views hold that run alone.
--
-- Made of them here, each with `run`:
--   endpoints          view: one row per address and port that answered anything
--   endpoint_counts    how many endpoints (n) have the same port, address family, answers and verdicts: whoever only counts reads these few rows
--   address_places     addresses that answered anything, and with a SYN/ACK, per country and origin AS; address_counts: of the whole run
--   capable_endpoints  endpoints of the addresses that are capable at any of their ports
--   capable            the same, one row per address, ports conflated
--   capable_organisations  the same with the organisation of its AS
--   domain_places      one row per entry of the list with a capable address, country and AS of such an address
--   entries            one row per entry of the list
--   undecided          addresses that are capable nowhere and unknown or inconsistent somewhere: what the count of capable ones may lack
--   domain_homes       the AS of each entry of the list: of its capable addresses, else of all that answered, the lowest number
-- and after them, by queries/everything_answers.sql:
--   dense              endpoints in prefixes in which everything answers, each with the prefix
-- and by report/multihomed/table.ts, out of queries/announcing.sql:
--   host_addresses     addresses of hosts, by run: those of one host have the same number (host)
-- The closed lists (synack_words(), verdict().capable and so on) are macros made of schemas/lists.ts (report/views.ts).
-- A SYN/ACK to a version's probe is what that version's shares are taken of: a reset or an ICMP error shows no TCP options.
CREATE OR REPLACE MACRO has_synack(replies) AS coalesce(list_has_any(replies, synack_words()), false);
CREATE OR REPLACE MACRO has_offer(replies) AS coalesce(list_has_any(replies, offer_words()), false);

-- Not rounded: how many decimals a share needs depends on how small it is (report/format.ts).
CREATE OR REPLACE MACRO percent(n, base) AS CASE WHEN base > 0 THEN 100.0 * n / base END;

-- How many are true; null where it is not known of any.
CREATE OR REPLACE MACRO known_count(flag) AS CASE WHEN count(flag) > 0 THEN count(*) FILTER (WHERE flag) END;

-- The same over endpoint_counts: 0 of no rows, and null where it is not known of any.
CREATE OR REPLACE MACRO total(n, flag) AS CAST(coalesce(sum(n) FILTER (WHERE flag), 0) AS BIGINT);
CREATE OR REPLACE MACRO known_total(n, flag) AS CASE WHEN total(n, flag IS NOT NULL) > 0 THEN total(n, flag) END;

-- What is weighed rather than counted, where a flag is true; 0 of none.
CREATE OR REPLACE MACRO weight(w, flag) AS sum(CASE WHEN flag THEN w ELSE 0 END);

-- What became of asking an announced address for a subflow; null where it was not asked. Results of earlier versions lack these fields:
-- JSON, unlike a struct, does not mind. refuted: whoever answers there does not know the connection, so it is not the host's address. A
-- closed port and silence say nothing of that.
CREATE OR REPLACE MACRO joined(a) AS CAST((to_json(a)->>'joined') AS BOOLEAN);
CREATE OR REPLACE MACRO join_failed(a) AS (to_json(a)->>'join_failure');
CREATE OR REPLACE MACRO refuted(a) AS coalesce(join_failed(a) IN (join_failure().no_option, join_failure().hmac)
  OR (join_failed(a) = join_failure().reset AND (to_json(a)->>'join_reset_reason') = '1'), false);

-- confirmed: capable in v1, and a connection or more says so. null: not capable in v1, or no connection was tried. There is none for
-- v0: the kernels that open the connections speak v1 only.
CREATE OR REPLACE VIEW endpoints AS
SELECT *,
  CASE WHEN capable_v1 AND (connected IS NOT NULL OR holds) THEN holds END AS confirmed
FROM (
  SELECT *,
    coalesce(v1.verdict = verdict().capable, false) AS capable_v1,
    coalesce(v0.verdict = verdict().capable, false) AS capable_v0,
    coalesce(list_contains(confirmed_words(), v1.rung), false) AS holds
  FROM hosts
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
  SELECT run, port, CASE WHEN contains(address, ':') THEN 6 ELSE 4 END AS family, v1.verdict AS verdict_v1, v1.rung AS rung_v1, v1.replies AS replies_v1, v0.verdict AS verdict_v0, v0.rung AS rung_v0,
    v0.replies AS replies_v0, capable_v1, capable_v0, confirmed, count(*) AS n
  FROM endpoints GROUP BY ALL
);

CREATE OR REPLACE TABLE address_places AS
SELECT run, country, asn, count(*) AS replied, count(*) FILTER (WHERE synack) AS synack
FROM (
  SELECT run, address, bool_or(has_synack(v1.replies) OR has_synack(v0.replies)) AS synack,
    arg_min(country, port) AS country, arg_min(asn, port) AS asn
  FROM hosts GROUP BY run, address
)
GROUP BY run, country, asn;

CREATE OR REPLACE VIEW address_counts AS
SELECT run, sum(replied) AS replied, sum(synack) AS synack FROM address_places GROUP BY run;

CREATE OR REPLACE TABLE capable_endpoints AS
SELECT run, address, port, capable_v1, capable_v0, confirmed, v1.flags AS v1_flags, domains, announced, connected, held_to_end, fallback, mp_fail, asn, asn_missing, as_name,
  country, country_missing, city, latitude, longitude, os, os_missing, syn_rtt_us, ping_rtt_us, ping_rtt_us_missing
FROM endpoints SEMI JOIN (SELECT run, address FROM endpoints WHERE capable_v1 OR capable_v0) USING (run, address);

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

CREATE OR REPLACE TABLE entries AS
SELECT run, name, rank, len(addresses) AS addresses, addresses_answered > 0 AS answered,
  addresses_capable_v1 + addresses_capable_v0 > 0 AS capable, addresses_capable_v1 > 0 AS capable_v1, mixed, confirmed
FROM domains LEFT JOIN (
  SELECT run, domain.name AS name, bool_or(confirmed) AS confirmed
  FROM (SELECT run, unnest(domains) AS domain, confirmed FROM capable_endpoints WHERE capable_v1) GROUP BY ALL
) USING (run, name);

CREATE OR REPLACE TABLE undecided AS
SELECT run, address, bool_or(differs) AS inconsistent, arg_min(country, port) AS country, arg_min(asn, port) AS asn,
  arg_min(domains, port) AS domains
FROM (
  SELECT *, coalesce(v1.verdict = verdict().inconsistent, false) OR coalesce(v0.verdict = verdict().inconsistent, false) AS differs
  FROM endpoints WHERE v1.verdict IN (verdict().unknown, verdict().inconsistent) OR v0.verdict IN (verdict().unknown, verdict().inconsistent)
) ANTI JOIN capable USING (run, address)
GROUP BY run, address;

CREATE OR REPLACE TABLE domain_homes AS
SELECT run, domain.name AS name, coalesce(min(asn) FILTER (WHERE capable), min(asn)) AS asn
FROM (SELECT run, unnest(domains) AS domain, asn, capable_v1 OR capable_v0 AS capable FROM endpoints WHERE asn IS NOT NULL)
GROUP BY ALL;
