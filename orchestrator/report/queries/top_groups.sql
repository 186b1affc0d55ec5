-- Figure 5b (paper): capable share of the answering domains in groups of increasing size from the top of the list.
-- Every rank is looked at once: it is in a step, and a group is all steps that end within it.
WITH steps AS (
  SELECT CASE WHEN rank <= 10 THEN 1 WHEN rank <= 100 THEN 2 WHEN rank <= 1000 THEN 3 WHEN rank <= 10000 THEN 4 WHEN rank <= 100000 THEN 5
    WHEN rank <= 1000000 THEN 6 ELSE 7 END AS step, max(rank) AS last, count(*) AS answered, count(*) FILTER (WHERE capable) AS capable
  FROM entries WHERE answered AND rank IS NOT NULL GROUP BY step
), sizes AS (
  SELECT DISTINCT unnest(list_append([10, 100, 1000, 10000, 100000, 1000000], max(last))) AS top, max(last) AS last FROM steps
)
SELECT top, total(steps.answered, true) AS answered, total(steps.capable, true) AS capable, percent(total(steps.capable, true), total(steps.answered, true)) AS share
FROM sizes JOIN steps ON steps.last <= top WHERE top <= sizes.last GROUP BY top ORDER BY top
