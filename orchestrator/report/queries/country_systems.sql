-- The capable addresses of each AS by country: the clusters of a bootstrap of the ratios of Table 1.
SELECT asn, coalesce(country, '(unknown)') AS country, count(*) AS servers FROM capable GROUP BY ALL ORDER BY country, asn
