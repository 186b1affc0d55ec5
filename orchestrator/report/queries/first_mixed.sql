-- Where the first domain with capable and incapable addresses stands: its rank, and its place among the capable domains of its run.
WITH placed AS (
  SELECT run, rank, mixed, row_number() OVER (PARTITION BY run ORDER BY rank, name) AS place FROM capable_entries
  WHERE rank IS NOT NULL
)
SELECT rank, place FROM placed WHERE mixed ORDER BY place, rank, run LIMIT 1
