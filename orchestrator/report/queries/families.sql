-- What answered and what is capable per address family, all ports together.
SELECT concat('IPv', family) AS family, count(DISTINCT port) AS ports, total(n, true) AS answered,
  total(n, synack_v1) AS synack_v1, total(n, capable_v1) AS v1, percent(total(n, capable_v1), total(n, synack_v1)) AS v1_share,
  known_total(n, confirmed) AS confirmed,
  total(n, synack_v0) AS synack_v0, total(n, capable_v0) AS v0, percent(total(n, capable_v0), total(n, synack_v0)) AS v0_share
FROM endpoint_counts GROUP BY family ORDER BY family
