-- Announced addresses that were asked for a subflow of the connection on which they were announced, by what became of it. An address is
-- asked once in a run, whoever announced it.
WITH asked AS (
  SELECT run, a.address AS address, bool_or(joined(a)) AS gave, min(join_failed(a)) AS failure, bool_or(refuted(a)) AS refuted
  FROM (SELECT run, unnest(announced) AS a FROM told)
  WHERE joined(a) IS NOT NULL GROUP BY run, a.address
)
SELECT o.name AS observation, o.n AS addresses, o.base AS "of", percent(o.n, o.base) AS share
FROM (SELECT unnest([
  {name: 'gave a subflow with a valid HMAC (verified join)', n: count(*) FILTER (WHERE gave), base: count(*)},
  {name: 'answered as somebody who does not know the connection', n: count(*) FILTER (WHERE NOT gave AND refuted), base: count(*)},
  {name: 'refused or reset the SYN otherwise', n: count(*) FILTER (WHERE NOT gave AND NOT refuted AND failure IN (join_failure().refused, join_failure().reset)), base: count(*)},
  {name: 'did not answer', n: count(*) FILTER (WHERE NOT gave AND failure IN (join_failure().timeout, join_failure().unreachable)), base: count(*)},
  {name: 'had no time to: the connection was over', n: count(*) FILTER (WHERE NOT gave AND failure = join_failure().cut_short), base: count(*)}
]) AS o FROM asked)
