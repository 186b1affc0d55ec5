-- What real connections to capable addresses showed. Each share is of the addresses where that could be observed.
WITH facts AS (
  SELECT count(*) FILTER (WHERE connected) AS connected, count(*) FILTER (WHERE connected IS NOT NULL) AS tried,
    count(*) FILTER (WHERE fallback) AS fallback, count(*) FILTER (WHERE fallback IS NOT NULL) AS fallback_known,
    count(*) FILTER (WHERE mp_fail > 0) AS mp_fail, count(*) FILTER (WHERE mp_fail IS NOT NULL) AS mp_fail_known,
    count(*) FILTER (WHERE announces) AS announces, count(*) FILTER (WHERE announced_observed) AS announced_known
  FROM capable
)
SELECT o.name AS observation, o.n AS addresses, o.base AS "of", percent(o.n, o.base) AS share
FROM (SELECT unnest([
  {name: 'completed a TCP connection', n: connected, base: tried},
  {name: 'went on as plain TCP (fallback)', n: fallback, base: fallback_known},
  {name: 'exchanged MP_FAIL', n: mp_fail, base: mp_fail_known},
  {name: 'announced a further address', n: announces, base: announced_known}
]) AS o FROM facts)
