-- "Answered by a box on the path": addresses whose SYN came back sooner than a ping by more than the plain controls of the run show, by what
-- they are. An address is in one row: what it was drawn as a control of, else what its endpoints are.
WITH addresses AS (
  SELECT run, address, any_value(nearer) AS nearer, any_value(pair_ratio) AS ratio, any_value(path_control) AS control,
    bool_or(capable_v1 OR capable_v0) AS capable,
    coalesce(bool_or(verdict_v1 = verdict().echoed_option OR verdict_v0 = verdict().echoed_option), false) AS echoed
  FROM told WHERE pairs IS NOT NULL GROUP BY run, address
), named AS (
  SELECT *, CASE WHEN control = 'plain' THEN 1 WHEN capable THEN 2 WHEN echoed THEN 3 ELSE 4 END AS place FROM addresses
)
SELECT ['plain controls', 'capable addresses', 'mirroring addresses', 'others'][place] AS kind, count(*) AS addresses, count(nearer) AS compared,
  count(*) FILTER (WHERE nearer) AS nearer, percent(count(*) FILTER (WHERE nearer), count(nearer)) AS share,
  round(median(ratio), 3) AS ratio_median
FROM named GROUP BY place ORDER BY place
