-- Verdicts per MPTCP version, endpoints (address and port) that answered anything. Shares are of the SYN/ACKs to that version's probe:
-- endpoints of a verdict without a SYN/ACK (refused, silent, some unknown) are counted and not in its share. Endpoints that answered
-- nothing have no row: the scan's counts know of them (report/tables/verdicts.ts).
WITH claims AS (
  SELECT 1 AS version, verdict_v1 AS verdict, synack_v1 AS synack, n FROM endpoint_counts
  UNION ALL
  SELECT 0, verdict_v0, synack_v0, n FROM endpoint_counts
), denominators AS (
  SELECT total(n, synack AND version = 1) AS n1, total(n, synack AND version = 0) AS n0 FROM claims
), list AS (
  SELECT unnest(verdict_words()) AS verdict, generate_subscripts(verdict_words(), 1) AS place
), counted AS (
  SELECT place, list.verdict, total(n, version = 1) AS v1, total(n, version = 0) AS v0,
    total(n, version = 1 AND synack) AS s1, total(n, version = 0 AND synack) AS s0
  FROM list LEFT JOIN claims ON claims.verdict = list.verdict GROUP BY place, list.verdict
)
SELECT verdict,
  v1, CASE WHEN s1 > 0 OR v1 = 0 THEN percent(s1, n1) END AS v1_share,
  v0, CASE WHEN s0 > 0 OR v0 = 0 THEN percent(s0, n0) END AS v0_share
FROM counted, denominators ORDER BY place
