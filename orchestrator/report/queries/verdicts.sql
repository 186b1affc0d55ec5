-- Verdicts per MPTCP version, endpoints (address and port) that answered anything. Shares are of the SYN/ACKs to that version's probe:
-- endpoints of a verdict without a SYN/ACK (refused, silent, some unknown) are counted and not in its share.
WITH claims AS (
  SELECT 'v1' AS version, v1.verdict AS verdict, synack_v1 AS synack FROM endpoints
  UNION ALL
  SELECT 'v0', v0.verdict, synack_v0 FROM endpoints
), denominators AS (
  SELECT count(*) FILTER (WHERE synack AND version = 'v1') AS n1, count(*) FILTER (WHERE synack AND version = 'v0') AS n0 FROM claims
), list AS (
  SELECT unnest(['capable', 'echoed_option', 'inconsistent', 'malformed', 'not_offered', 'unknown', 'refused', 'silent']) AS verdict,
    generate_subscripts([1, 2, 3, 4, 5, 6, 7, 8], 1) AS place
), counted AS (
  SELECT place, list.verdict, count(*) FILTER (WHERE version = 'v1') AS v1, count(*) FILTER (WHERE version = 'v0') AS v0,
    count(*) FILTER (WHERE version = 'v1' AND synack) AS s1, count(*) FILTER (WHERE version = 'v0' AND synack) AS s0
  FROM list LEFT JOIN claims ON claims.verdict = list.verdict GROUP BY place, list.verdict
)
SELECT verdict,
  v1, CASE WHEN n1 > 0 AND (place <= 6 OR s1 > 0) THEN round(100.0 * s1 / n1, 2) END AS v1_share,
  v0, CASE WHEN n0 > 0 AND (place <= 6 OR s0 > 0) THEN round(100.0 * s0 / n0, 2) END AS v0_share
FROM counted, denominators ORDER BY place
