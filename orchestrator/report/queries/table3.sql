-- Table 3 (paper): the first 8 entries of the list with a capable address. Endpoints: capable addresses; www and ports are conflated.
WITH links AS (
  SELECT run, unnest(domains) AS domain, address, capable_v1, capable_v0, confirmed FROM capable_endpoints
)
SELECT domain.name AS domain, min(domain.rank) AS rank,
  count(DISTINCT address) FILTER (WHERE links.capable_v1 OR links.capable_v0) AS endpoints,
  any_value(e.addresses) AS addresses,
  count(DISTINCT address) FILTER (WHERE links.capable_v1) AS v1,
  CASE WHEN count(links.confirmed) > 0 THEN count(DISTINCT address) FILTER (WHERE links.confirmed) END AS confirmed,
  count(DISTINCT address) FILTER (WHERE links.capable_v0) AS v0
FROM links LEFT JOIN capable_entries e ON e.name = domain.name AND e.run = links.run
GROUP BY links.run, domain.name HAVING count(*) FILTER (WHERE links.capable_v1 OR links.capable_v0) > 0
ORDER BY rank NULLS LAST, domain, links.run LIMIT 8
