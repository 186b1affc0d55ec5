-- Table 4 (paper): operating system candidates of capable addresses. Each candidate of an address counts its accuracy as a share
-- (85 % is 0.85) divided by the number of candidates of that address (paper, section 4.3). The first 10.
WITH candidates AS (
  SELECT run, address, unnest(os) AS candidate, len(os) AS among FROM capable WHERE len(os) > 0
)
SELECT candidate.name AS name, round(sum(candidate.accuracy / 100.0 / among), 2) AS occurrence, count(DISTINCT (run, address)) AS addresses
FROM candidates GROUP BY candidate.name ORDER BY occurrence DESC, name LIMIT 10
