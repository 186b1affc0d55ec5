-- What answered and what is capable per address family and port: the 30 with the most endpoints, the rest as (Other).
WITH counted AS (
  SELECT family, port, total(n, true) AS answered,
    total(n, synack_v1) AS synack_v1, total(n, capable_v1) AS v1, known_total(n, confirmed) AS confirmed,
    total(n, synack_v0) AS synack_v0, total(n, capable_v0) AS v0
  FROM endpoint_counts GROUP BY family, port
), placed AS (
  SELECT *, least(row_number() OVER (ORDER BY answered DESC, family, port), 31) AS place FROM counted
)
SELECT CASE WHEN place < 31 THEN concat('IPv', any_value(family)) ELSE '(Other)' END AS family,
  CASE WHEN place < 31 THEN any_value(port) END AS port, sum(answered) AS answered,
  sum(synack_v1) AS synack_v1, sum(v1) AS v1, percent(sum(v1), sum(synack_v1)) AS v1_share, sum(confirmed) AS confirmed,
  sum(synack_v0) AS synack_v0, sum(v0) AS v0, percent(sum(v0), sum(synack_v0)) AS v0_share
FROM placed GROUP BY place ORDER BY place = 31, family, port
