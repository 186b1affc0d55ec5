-- Hosts: addresses that an announcement with a valid HMAC joins, and no attempt to join refutes. Each share is of the hosts where it could be observed.
WITH announced AS (
  SELECT DISTINCT run, a.address AS address, a.resolved AS resolved, a.asn AS asn
  FROM (SELECT run, unnest(announced) AS a FROM capable_endpoints)
), asked AS (
  SELECT run, address, min(asn) AS asn, bool_or(len(domains) > 0) AS listed FROM capable_endpoints GROUP BY run, address
), known AS (
  SELECT h.host, h.address, coalesce(asked.asn, announced.asn) AS asn,
    CASE WHEN asked.listed OR announced.resolved THEN false WHEN announced.resolved = false THEN true END AS unlisted
  FROM host_addresses h
  LEFT JOIN asked USING (run, address)
  LEFT JOIN (SELECT run, address, bool_or(resolved) AS resolved, min(asn) AS asn FROM announced GROUP BY run, address) announced USING (run, address)
), asked_to_join AS (
  SELECT h.host AS host, bool_or(joined(a)) AS gave
  FROM (SELECT run, address, unnest(announced) AS a FROM capable_endpoints) s JOIN host_addresses h USING (run, address)
  WHERE joined(a) IS NOT NULL AND a.address <> s.address GROUP BY h.host
), summed AS (
  SELECT host, count(*) AS addresses, bool_or(contains(address, ':')) AND bool_or(NOT contains(address, ':')) AS dual,
    CASE WHEN count(asn) > 1 THEN count(DISTINCT asn) > 1 END AS ases, CASE WHEN bool_or(unlisted) THEN true WHEN count(unlisted) = count(*) THEN false END AS unlisted
  FROM known GROUP BY host
)
SELECT o.name AS observation, o.n AS hosts, o.base AS "of", percent(o.n, o.base) AS share
FROM (SELECT unnest([
  {name: 'have more than one address (multi-homed)', n: count(*) FILTER (WHERE addresses > 1), base: count(*)},
  {name: 'have an IPv4 and an IPv6 address (dual-stacked)', n: count(*) FILTER (WHERE dual), base: count(*)},
  {name: 'have an address that no name of the list led to', n: count(*) FILTER (WHERE unlisted), base: count(unlisted)},
  {name: 'of the multi-homed, have addresses in several ASes', n: count(*) FILTER (WHERE ases), base: count(ases)},
  {name: 'of those asked at another address, have joined there', n: count(*) FILTER (WHERE gave), base: count(gave)}
]) AS o FROM summed LEFT JOIN asked_to_join USING (host))
