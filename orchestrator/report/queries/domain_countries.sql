-- Countries in which domains have a capable address, beside the capable addresses there: the first 12, the rest as (Other).
-- A domain counts once in every country where it has one; shares are of all capable domains, and of all capable addresses.
WITH counted AS (
  SELECT coalesce(country, '(unknown)') AS country, count(DISTINCT (run, name)) AS domains FROM domain_places GROUP BY 1
), placed AS (
  SELECT country, least(row_number() OVER (ORDER BY domains DESC, country), 13) AS place FROM counted
), there AS (
  SELECT place, count(DISTINCT (run, name)) AS domains,
    CASE WHEN count(confirmed) > 0 THEN count(DISTINCT (run, name)) FILTER (WHERE confirmed) END AS confirmed
  FROM domain_places JOIN placed ON placed.country = coalesce(domain_places.country, '(unknown)') GROUP BY place
), hosts AS (
  SELECT place, count(*) AS hosts
  FROM capable JOIN placed ON placed.country = coalesce(capable.country, '(unknown)') GROUP BY place
), named AS (
  SELECT place, CASE WHEN place < 13 THEN any_value(country) ELSE '(Other)' END AS country FROM placed GROUP BY place
)
SELECT country, domains, percent(domains, (SELECT count(*) FROM capable_entries)) AS ratio, confirmed,
  hosts, percent(hosts, (SELECT count(*) FROM capable)) AS hosts_ratio
FROM named JOIN there USING (place) JOIN hosts USING (place) ORDER BY place
