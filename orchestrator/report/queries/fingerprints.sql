-- What Table 4 rests on: addresses fingerprinted, and how sure the fingerprints are.
SELECT count(*) FILTER (WHERE os IS NOT NULL) AS asked, count(*) FILTER (WHERE len(os) > 0) AS fingerprinted, coalesce(sum(len(os)), 0) AS candidates,
  (SELECT round(avg(o.accuracy), 1) FROM (SELECT unnest(os) AS o FROM capable)) AS accuracy_mean,
  (SELECT round(stddev_pop(o.accuracy), 2) FROM (SELECT unnest(os) AS o FROM capable)) AS accuracy_deviation
FROM capable
