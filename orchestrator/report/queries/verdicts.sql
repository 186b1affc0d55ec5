-- Verdicts per MPTCP version, endpoints (address and port) that answered anything. Shares are of the SYN/ACKs to that version's probe:
-- endpoints of a verdict without a SYN/ACK (refused, silent, some unknown) are counted and not in its share. Endpoints that answered
-- nothing have no row: the scan's counts know of them (report/tables/verdicts.ts).
WITH claims AS (
  SELECT 'v1' AS version, v1.verdict AS verdict, synack_v1 AS synack FROM endpoints
  UNION ALL
  SELECT 'v0', v0.verdict, synack_v0 FROM endpoints
), denominators AS (
  SELECT count(*) FILTER (WHERE synack AND version = 'v1') AS n1, count(*) FILTER (WHERE synack AND version = 'v0') AS n0 FROM claims
), list AS (
  SELECT unnest(verdict_words()) AS verdict, generate_subscripts(verdict_words(), 1) AS place
), counted AS (
  SELECT place, list.verdict, count(*) FILTER (WHERE version = 'v1') AS v1, count(*) FILTER (WHERE version = 'v0') AS v0,
    count(*) FILTER (WHERE version = 'v1' AND synack) AS s1, count(*) FILTER (WHERE version = 'v0' AND synack) AS s0
  FROM list LEFT JOIN claims ON claims.verdict = list.verdict GROUP BY place, list.verdict
)
SELECT verdict,
  v1, CASE WHEN s1 > 0 OR v1 = 0 THEN percent(s1, n1) END AS v1_share,
  v0, CASE WHEN s0 > 0 OR v0 = 0 THEN percent(s0, n0) END AS v0_share
FROM counted, denominators ORDER BY place
