-- Figure 5a (paper): share of domains at or above a rank, capable ones beside all that answered. At most 500 steps each.
WITH ranked AS (
  SELECT 'answered' AS series, rank FROM entries WHERE answered AND rank IS NOT NULL
  UNION ALL
  SELECT verdict().capable, rank FROM capable_entries WHERE rank IS NOT NULL
), placed AS (
  SELECT series, rank, row_number() OVER (PARTITION BY series ORDER BY rank) AS place, count(*) OVER (PARTITION BY series) AS n FROM ranked
)
SELECT series, rank, round(place / n, 6) AS share, n FROM placed
WHERE place = 1 OR floor(place * 500 / n) <> floor((place - 1) * 500 / n) ORDER BY series, rank, share
