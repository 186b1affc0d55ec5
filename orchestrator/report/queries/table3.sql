-- Table 3 (paper): the first 8 entries of the list with a capable address. Endpoints: capable addresses; www and ports are conflated.
WITH links AS (
  SELECT unnest(domains) AS domain, address, capable_v1, capable_v0, confirmed FROM endpoints
)
SELECT domain.name AS domain, min(domain.rank) AS rank,
  count(DISTINCT address) FILTER (capable_v1 OR capable_v0) AS endpoints,
  any_value(len(d.addresses)) AS addresses,
  count(DISTINCT address) FILTER (capable_v1) AS v1,
  CASE WHEN count(confirmed) > 0 THEN count(DISTINCT address) FILTER (confirmed) END AS confirmed,
  count(DISTINCT address) FILTER (capable_v0) AS v0
FROM links LEFT JOIN domains d ON d.name = domain.name
GROUP BY domain.name HAVING count(*) FILTER (WHERE capable_v1 OR capable_v0) > 0
ORDER BY rank NULLS LAST, domain LIMIT 8
