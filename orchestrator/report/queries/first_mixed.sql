-- Where the first domain with capable and incapable addresses stands: its rank, and its place among the capable domains.
WITH placed AS (
  SELECT rank, mixed, row_number() OVER (ORDER BY rank, name) AS place FROM entries
  WHERE capable AND rank IS NOT NULL
)
SELECT rank, place FROM placed WHERE mixed ORDER BY place LIMIT 1
