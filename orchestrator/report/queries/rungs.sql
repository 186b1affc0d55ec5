-- How far the evidence for each capable endpoint goes, strongest last.
WITH claims AS (
  SELECT 1 AS version, rung_v1 AS rung, n FROM endpoint_counts WHERE capable_v1
  UNION ALL
  SELECT 0, rung_v0, n FROM endpoint_counts WHERE capable_v0
), list AS (
  SELECT unnest(rung_words()) AS rung, generate_subscripts(rung_words(), 1) AS place
)
SELECT list.rung, total(n, version = 1) AS v1, total(n, version = 0) AS v0
FROM list JOIN claims ON claims.rung = list.rung GROUP BY place, list.rung ORDER BY place
