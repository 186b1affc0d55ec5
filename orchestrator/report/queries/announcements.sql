-- Addresses that capable servers announced with ADD_ADDR, by where they can be reached from. One server announcing one address counts once.
WITH announced AS (
  SELECT DISTINCT run, address AS server, asn AS server_asn, unnest(announced) AS a FROM capable_endpoints WHERE capable_v1 OR capable_v0
), pairs AS (
  SELECT run, server, a.address AS address, a.scope AS scope, bool_or(contains(a.address, ':')) AS ipv6,
    bool_or(a.resolved) AS resolved, bool_or(a.asn = server_asn) AS same_as, bool_or(a.hmac = hmac().valid) AS valid, bool_or(a.hmac = hmac().invalid) AS invalid
  FROM announced GROUP BY ALL
)
SELECT scope, count(DISTINCT (run, server)) AS servers, count(*) AS announcements, count(*) FILTER (WHERE NOT ipv6) AS ipv4, count(*) FILTER (WHERE ipv6) AS ipv6,
  known_count(resolved) AS resolved, known_count(NOT resolved) AS unresolved,
  count(*) FILTER (WHERE same_as) AS same_as, count(*) FILTER (WHERE NOT same_as) AS other_as,
  count(*) FILTER (WHERE valid) AS hmac_valid, count(*) FILTER (WHERE invalid AND NOT valid) AS hmac_invalid
FROM pairs GROUP BY scope ORDER BY announcements DESC, scope
