-- Table 1 (paper): MPTCP-capable servers per country of geolocation. Ratio: of all capable addresses, those without a country among them.
SELECT coalesce(country, '(unknown)') AS country, count(*) AS servers, percent(count(*), sum(count(*)) OVER ()) AS ratio,
  count(*) FILTER (WHERE capable_v1) AS v1, known_count(confirmed) AS confirmed,
  count(*) FILTER (WHERE capable_v0) AS v0
FROM capable GROUP BY 1 ORDER BY servers DESC, country
