-- Counts with and without prefixes in which everything answers: per family and port, where there is such a prefix.
-- all_: with them. Without them: what is left.
WITH marked AS (
  SELECT CASE WHEN contains(address, ':') THEN 6 ELSE 4 END AS family, e.port, d.prefix, has_synack(v1.replies) AS synack_v1, capable_v1, has_synack(v0.replies) AS synack_v0, capable_v0
  FROM endpoints e LEFT JOIN dense d USING (run, address, port)
), counted AS (
  SELECT family, port, count(DISTINCT prefix) AS prefixes, count(prefix) AS within, count(*) AS answered,
    count(*) FILTER (WHERE synack_v1) AS all_synack_v1, count(*) FILTER (WHERE capable_v1) AS all_v1,
    count(*) FILTER (WHERE synack_v1 AND prefix IS NULL) AS synack_v1, count(*) FILTER (WHERE capable_v1 AND prefix IS NULL) AS v1,
    count(*) FILTER (WHERE synack_v0) AS all_synack_v0, count(*) FILTER (WHERE capable_v0) AS all_v0,
    count(*) FILTER (WHERE synack_v0 AND prefix IS NULL) AS synack_v0, count(*) FILTER (WHERE capable_v0 AND prefix IS NULL) AS v0
  FROM marked GROUP BY family, port
)
SELECT concat('IPv', family) AS family, port, prefixes, within, answered, all_v1, percent(all_v1, all_synack_v1) AS all_v1_share,
  v1, percent(v1, synack_v1) AS v1_share, all_v0, percent(all_v0, all_synack_v0) AS all_v0_share, v0, percent(v0, synack_v0) AS v0_share
FROM counted WHERE prefixes > 0 ORDER BY within DESC, family, port LIMIT 30
