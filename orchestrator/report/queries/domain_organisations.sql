-- Organisations in whose ASes domains have a capable address, beside the capable addresses there: the first 12, the rest as (Other).
-- A domain counts once with every organisation where it has one; shares are of all capable domains, and of all capable addresses.
WITH lying AS (
  SELECT run, name, confirmed, organisation_id, organisation, registered FROM domain_places LEFT JOIN as_organisations USING (asn)
), counted AS (
  SELECT organisation_id, coalesce(any_value(organisation), '(unknown)') AS organisation, any_value(registered) AS registered,
    count(DISTINCT (run, name)) AS domains
  FROM lying GROUP BY organisation_id
), placed AS (
  SELECT organisation_id, organisation, registered, least(row_number() OVER (ORDER BY domains DESC, organisation, organisation_id), 13) AS place FROM counted
), there AS (
  SELECT place, count(DISTINCT (run, name)) AS domains,
    CASE WHEN count(confirmed) > 0 THEN count(DISTINCT (run, name)) FILTER (WHERE confirmed) END AS confirmed
  FROM lying JOIN placed ON placed.organisation_id IS NOT DISTINCT FROM lying.organisation_id GROUP BY place
), hosts AS (
  SELECT place, count(DISTINCT asn) AS ases, count(*) AS hosts
  FROM capable_organisations JOIN placed ON placed.organisation_id IS NOT DISTINCT FROM capable_organisations.organisation_id GROUP BY place
), named AS (
  SELECT place, CASE WHEN place < 13 THEN any_value(organisation) ELSE '(Other)' END AS organisation,
    CASE WHEN place < 13 THEN any_value(registered) END AS registered
  FROM placed GROUP BY place
)
SELECT organisation, registered, ases, domains, percent(domains, (SELECT count(*) FROM capable_entries)) AS ratio, confirmed,
  hosts, percent(hosts, (SELECT count(*) FROM capable)) AS hosts_ratio
FROM named JOIN there USING (place) JOIN hosts USING (place) ORDER BY place
