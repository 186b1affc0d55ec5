-- What each list of names led to. A name of several lists counts in each.
WITH counted AS (
  SELECT list, max(nth) AS nth, total(n, true) AS names, total(n, resolved) AS resolved, total(n, answered) AS answered, total(n, capable) AS capable,
    total(n, capable_v1) AS v1
  FROM (SELECT unnest(lists) AS list, unnest(range(len(lists))) AS nth, * EXCLUDE (lists) FROM entry_counts)
  GROUP BY list
), sure AS (
  SELECT place.list AS list, known_count(confirmed) AS confirmed, min(place.rank) AS best_rank
  FROM (SELECT unnest(ranks) AS place, CASE WHEN capable_v1 THEN confirmed END AS confirmed FROM capable_entries)
  GROUP BY ALL
)
SELECT list, names, resolved, answered, capable, percent(capable, answered) AS share, v1, confirmed, best_rank
FROM counted LEFT JOIN sure USING (list) ORDER BY nth, list
