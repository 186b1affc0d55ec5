-- How far the evidence for each capable endpoint goes, strongest last.
WITH claims AS (
  SELECT 'v1' AS version, v1.rung AS rung FROM endpoints WHERE capable_v1
  UNION ALL
  SELECT 'v0', v0.rung FROM endpoints WHERE capable_v0
), list AS (
  SELECT unnest(rung_words()) AS rung, generate_subscripts(rung_words(), 1) AS place
)
SELECT list.rung, count(*) FILTER (WHERE version = 'v1') AS v1, count(*) FILTER (WHERE version = 'v0') AS v0
FROM list JOIN claims ON claims.rung = list.rung GROUP BY place, list.rung ORDER BY place
