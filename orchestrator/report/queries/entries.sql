-- The table of the contract in views.sql that is counted of the domains alone.

CREATE OR REPLACE TABLE entry_counts AS
SELECT run, asn, CASE WHEN len(ranks) = 1 THEN [ranks[1].list] ELSE [r.list FOR r IN ranks] END AS lists, addresses > 0 AS resolved, addresses > 1 AS several, answered, capable, capable_v1, mixed,
  rank IS NOT NULL AS ranked, count(*) AS n
FROM entries GROUP BY ALL;
