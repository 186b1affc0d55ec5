-- Counts with and without prefixes in which everything answers: per family and port, where there is such a prefix.
-- all_: with them. Without them: what is left. The whole is counted already.
WITH inside AS (
  SELECT CASE WHEN contains(address, ':') THEN 6 ELSE 4 END AS family, port, count(DISTINCT prefix) AS prefixes, count(*) AS within,
    count(*) FILTER (WHERE synack_v1) AS in_synack_v1, count(*) FILTER (WHERE capable_v1) AS in_v1,
    count(*) FILTER (WHERE synack_v0) AS in_synack_v0, count(*) FILTER (WHERE capable_v0) AS in_v0
  FROM dense GROUP BY 1, 2
), whole AS (
  SELECT family, port, total(n, true) AS answered, total(n, synack_v1) AS all_synack_v1, total(n, capable_v1) AS all_v1,
    total(n, synack_v0) AS all_synack_v0, total(n, capable_v0) AS all_v0
  FROM endpoint_counts GROUP BY family, port
)
SELECT concat('IPv', family) AS family, port, prefixes, within, answered, all_v1, percent(all_v1, all_synack_v1) AS all_v1_share,
  all_v1 - in_v1 AS v1, percent(all_v1 - in_v1, all_synack_v1 - in_synack_v1) AS v1_share,
  all_v0, percent(all_v0, all_synack_v0) AS all_v0_share,
  all_v0 - in_v0 AS v0, percent(all_v0 - in_v0, all_synack_v0 - in_synack_v0) AS v0_share
FROM inside JOIN whole USING (family, port) ORDER BY within DESC, family, port LIMIT 30
