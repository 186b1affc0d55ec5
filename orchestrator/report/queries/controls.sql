-- What each rule says of the controls, wrongly if they are what they were drawn as: how many of each kind it is in the verdict of, in any
-- version. A row without a rule has how many controls of the kind there are: they are endpoints that were drawn, answered or not to what
-- was asked of them later.
WITH drawn AS (
  SELECT control, n, list_distinct(list_concat(coalesce(rules_v1, []), coalesce(rules_v0, []))) AS rules FROM endpoint_cells WHERE control IS NOT NULL
)
SELECT CAST(control AS VARCHAR) AS control, NULL AS rule, total(n, true) AS controls FROM drawn GROUP BY control
UNION ALL
SELECT CAST(control AS VARCHAR), rule, total(n, true) FROM (SELECT control, n, unnest(rules) AS rule FROM drawn) GROUP BY control, rule
ORDER BY control, rule NULLS FIRST
