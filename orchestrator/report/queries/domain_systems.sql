-- ASes in which domains have a capable address, beside the capable addresses there: the first 12, the rest as (Other).
-- A domain counts once in every AS where it has one; shares are of all capable domains, and of all capable addresses.
WITH counted AS (
  SELECT asn, coalesce(min(as_name), CASE WHEN asn IS NULL THEN '(unknown)' ELSE '(no name)' END) AS as_name,
    count(DISTINCT (run, name)) AS domains
  FROM domain_places GROUP BY asn
), placed AS (
  SELECT asn, as_name, least(row_number() OVER (ORDER BY domains DESC, as_name, asn), 13) AS place FROM counted
), there AS (
  SELECT place, count(DISTINCT (run, name)) AS domains,
    CASE WHEN count(confirmed) > 0 THEN count(DISTINCT (run, name)) FILTER (WHERE confirmed) END AS confirmed
  FROM domain_places JOIN placed ON placed.asn IS NOT DISTINCT FROM domain_places.asn GROUP BY place
), hosts AS (
  SELECT place, count(*) AS hosts
  FROM capable JOIN placed ON placed.asn IS NOT DISTINCT FROM capable.asn GROUP BY place
), named AS (
  SELECT place, CASE WHEN place < 13 THEN any_value(as_name) ELSE '(Other)' END AS as_name,
    CASE WHEN place < 13 THEN any_value(asn) END AS asn
  FROM placed GROUP BY place
)
SELECT as_name, asn, domains, percent(domains, (SELECT count(*) FROM capable_entries)) AS ratio, confirmed,
  hosts, percent(hosts, (SELECT count(*) FROM capable)) AS hosts_ratio
FROM named JOIN there USING (place) JOIN hosts USING (place) ORDER BY place
