-- Endpoints whose SYN/ACK carried an MPTCP option and that are not capable, per version: what they are, by all rules that held.
WITH claims AS (
  SELECT 1 AS version, v1.verdict AS verdict, v1.rules AS rules FROM endpoints WHERE has_offer(v1.replies) AND NOT capable_v1
  UNION ALL
  SELECT 0, v0.verdict, v0.rules FROM endpoints WHERE has_offer(v0.replies) AND NOT capable_v0
)
SELECT verdict, array_to_string(rules, ', ') AS rules, count(*) FILTER (WHERE version = 1) AS v1, count(*) FILTER (WHERE version = 0) AS v0
FROM claims GROUP BY verdict, rules ORDER BY count(*) DESC, verdict, rules
