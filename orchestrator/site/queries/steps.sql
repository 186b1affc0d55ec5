-- What each endpoint that answered anything came to, per version. Without a SYN/ACK: step 0. With one: 1 without an MPTCP option, 2
-- with one but not capable, 3 capable. Verdicts are parts of steps 1 and 2.
SELECT version, step, verdict, count(*) AS endpoints, count(DISTINCT address) AS addresses
FROM (
  SELECT *, CASE WHEN NOT synack THEN 0 WHEN capable THEN 3 WHEN offer THEN 2 ELSE 1 END AS step FROM claims
)
GROUP BY GROUPING SETS ((version), (version, step), (version, step, verdict))
ORDER BY version, step NULLS FIRST, verdict NULLS FIRST
