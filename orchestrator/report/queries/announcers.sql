-- What capable addresses announced beside addresses of their own, of those whose MPTCP connection was held to its end.
WITH held AS (
  SELECT run, address, flatten(list(announced)) AS announced,
    bool_or((CAST('0x' || coalesce(v1_flags, '00') AS UTINYINT) & 32) > 0) AS c_flag
  FROM capable_endpoints WHERE (capable_v1 OR capable_v0) AND held_to_end AND NOT fallback
  GROUP BY run, address
), facts AS (
  SELECT count(*) AS held, count(*) FILTER (WHERE len(announced) > 0) AS announces,
    count(*) FILTER (WHERE len([a FOR a IN announced IF a.scope <> scope().global]) > 0) AS leaks,
    count(*) FILTER (WHERE c_flag) AS c_flags,
    count(*) FILTER (WHERE c_flag AND len(announced) > 0) AS balanced
  FROM held
)
SELECT o.name AS observation, o.n AS addresses, o.base AS "of", percent(o.n, o.base) AS share
FROM (SELECT unnest([
  {name: 'announced an address or a port', n: announces, base: held},
  {name: 'announced an address that is not global (leaked)', n: leaks, base: held},
  {name: 'asked for no joins to the address itself (C flag)', n: c_flags, base: held},
  {name: 'asked so and announced where to join instead (the recipe for load balancers)', n: balanced, base: held}
]) AS o FROM facts)
