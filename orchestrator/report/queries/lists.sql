-- What each list of names led to. A name of several lists counts in each. Only of the few capable names more is looked up than their own row.
WITH counted AS (
  SELECT place.list AS list, max(nth) AS nth, count(*) AS names, count(*) FILTER (resolved) AS resolved, count(*) FILTER (answered) AS answered,
    count(*) FILTER (capable) AS capable, count(*) FILTER (capable_v1) AS v1, min(place.rank) FILTER (capable) AS best_rank
  FROM (
    SELECT unnest(ranks) AS place, unnest(range(len(ranks))) AS nth, len(addresses) > 0 AS resolved, addresses_answered > 0 AS answered,
      addresses_capable_v1 + addresses_capable_v0 > 0 AS capable, addresses_capable_v1 > 0 AS capable_v1
    FROM domains
  )
  GROUP BY ALL
), sure AS (
  SELECT place.list AS list, known_count(confirmed) AS confirmed
  FROM (SELECT run, name, unnest(ranks) AS place FROM domains WHERE addresses_capable_v1 > 0) JOIN entries USING (run, name)
  GROUP BY ALL
)
SELECT list, names, resolved, answered, capable, percent(capable, answered) AS share, v1, confirmed, best_rank
FROM counted LEFT JOIN sure USING (list) ORDER BY nth, list
