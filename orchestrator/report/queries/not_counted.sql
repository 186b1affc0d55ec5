-- Endpoints whose SYN/ACK carried an MPTCP option and that are not capable, per version: what they are, by all rules that held.
WITH claims AS (
  SELECT 1 AS version, verdict_v1 AS verdict, rules_v1 AS rules, n FROM endpoint_cells WHERE has_offer(replies_v1) AND NOT capable_v1
  UNION ALL
  SELECT 0, verdict_v0, rules_v0, n FROM endpoint_cells WHERE has_offer(replies_v0) AND NOT capable_v0
)
SELECT verdict, array_to_string(rules, ', ') AS rules, total(n, version = 1) AS v1, total(n, version = 0) AS v0
FROM claims GROUP BY verdict, rules ORDER BY sum(n) DESC, verdict, rules
