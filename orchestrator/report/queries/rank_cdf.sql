-- Figure 5a (paper): share of domains at or above a rank, capable ones beside all that answered. At most 500 steps each.
WITH answered AS (
  SELECT rank FROM entries WHERE answered AND rank IS NOT NULL
), capable AS (
  SELECT rank FROM capable_entries WHERE rank IS NOT NULL
), placed AS (
  SELECT 'answered' AS series, rank, row_number() OVER () AS place, (SELECT total(n, answered AND ranked) FROM entry_counts) AS n FROM (SELECT rank FROM answered ORDER BY rank)
  UNION ALL
  SELECT verdict().capable, rank, row_number() OVER (), (SELECT count(*) FROM capable) FROM (SELECT rank FROM capable ORDER BY rank)
)
SELECT series, rank, round(place / n, 6) AS share, n FROM placed
WHERE place = 1 OR floor(place * 500 / n) <> floor((place - 1) * 500 / n) ORDER BY series, rank, share
