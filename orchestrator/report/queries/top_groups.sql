-- Figure 5b (paper): capable share of the answering domains in groups of increasing size from the top of the list.
WITH ranked AS (
  SELECT rank, capable FROM entries WHERE answered AND rank IS NOT NULL
), sizes AS (
  SELECT DISTINCT unnest(list_append([10, 100, 1000, 10000, 100000, 1000000], max(rank))) AS top, max(rank) AS last FROM ranked
)
SELECT top, count(*) AS answered, count(*) FILTER (WHERE capable) AS capable, percent(count(*) FILTER (WHERE capable), count(*)) AS share
FROM sizes JOIN ranked ON rank <= top WHERE top <= last GROUP BY top ORDER BY top
