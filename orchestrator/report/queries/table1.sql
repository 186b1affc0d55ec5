-- Table 1 (paper): MPTCP-capable servers per country of geolocation. Ratio: of all capable addresses, those without a country among them.
-- undecided: addresses there that are neither capable nor decided to be not.
-- base: the share of the country in all addresses that answered with a SYN/ACK, capable or not.
WITH everywhere AS (
  SELECT coalesce(country, '(unknown)') AS country, sum(synack) AS answered, percent(sum(synack), sum(sum(synack)) OVER ()) AS base
  FROM address_places GROUP BY 1
), open AS (
  SELECT coalesce(country, '(unknown)') AS country, count(*) AS undecided FROM undecided GROUP BY 1
)
SELECT country, servers, coalesce(undecided, 0) AS undecided, ratio, answered, base, v1, confirmed, v0
FROM (
  SELECT coalesce(country, '(unknown)') AS country, count(*) AS servers, percent(count(*), sum(count(*)) OVER ()) AS ratio,
    count(*) FILTER (WHERE capable_v1) AS v1, known_count(confirmed) AS confirmed,
    count(*) FILTER (WHERE capable_v0) AS v0
  FROM capable GROUP BY 1
) JOIN everywhere USING (country) LEFT JOIN open USING (country)
ORDER BY servers DESC, country
