-- What each rule says of the controls, wrongly if they are what they were drawn as: how many of each kind it is in the verdict of, in any
-- version. A row without a rule has how many controls of the kind there are: they are endpoints that were drawn, answered or not to what
-- was asked of them later.
WITH drawn AS (
  SELECT control, list_distinct(list_concat(coalesce(v1.rules, []), coalesce(v0.rules, []))) AS rules FROM hosts WHERE control IS NOT NULL
)
SELECT CAST(control AS VARCHAR) AS control, NULL AS rule, count(*) AS controls FROM drawn GROUP BY control
UNION ALL
SELECT CAST(control AS VARCHAR), rule, count(*) FROM (SELECT control, unnest(rules) AS rule FROM drawn) GROUP BY control, rule
ORDER BY control, rule NULLS FIRST
