-- Addresses, counted by the change from one row to the next. An address counts where its first row stands; all its rows say the same of its
-- place.
CREATE OR REPLACE TABLE address_places AS
SELECT run, country, asn,
  count(*) FILTER (WHERE address IS DISTINCT FROM before OR run IS DISTINCT FROM run_before) AS synack,
  count(*) FILTER (WHERE synack_v1) AS synack_v1, count(*) FILTER (WHERE capable_v1) AS capable_v1,
  count(*) FILTER (WHERE synack_v0) AS synack_v0, count(*) FILTER (WHERE capable_v0) AS capable_v0
FROM (
  SELECT *, lag(run) OVER () AS run_before, lag(address) OVER () AS before
  FROM (
    SELECT run, address, country, asn, has_synack(v1.replies) AS synack_v1, capable_v1, has_synack(v0.replies) AS synack_v0, capable_v0
    FROM endpoints
  )
  WHERE synack_v1 OR synack_v0
)
GROUP BY run, country, asn;

CREATE OR REPLACE TABLE address_counts AS
SELECT run, CASE WHEN descents > 0 THEN error('the hosts of ' || run || ' are not in order of their addresses') ELSE addresses END AS replied,
  coalesce(synack, 0) AS synack
FROM address_order LEFT JOIN (SELECT run, sum(synack) AS synack FROM address_places GROUP BY run) USING (run);
