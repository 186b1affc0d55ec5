-- Organisations whose ASes announce capable addresses (paper, section 4.1: "across a few ASes"): the first 12, the rest as (Other).
-- base: the share of the organisation in all addresses that answered with a SYN/ACK; (Other) has those of all other organisations.
WITH counted AS (
  SELECT organisation_id, coalesce(any_value(organisation), '(unknown)') AS organisation, any_value(registered) AS registered,
    count(DISTINCT asn) AS ases, count(*) AS hosts, count(*) FILTER (WHERE capable_v1) AS v1, known_count(confirmed) AS confirmed,
    count(*) FILTER (WHERE capable_v0) AS v0
  FROM capable_organisations GROUP BY organisation_id
), placed AS (
  SELECT *, least(row_number() OVER (ORDER BY hosts DESC, organisation, organisation_id), 13) AS place FROM counted
), everywhere AS (
  SELECT coalesce(place, 13) AS place, sum(synack) AS answered
  FROM address_places LEFT JOIN as_organisations USING (asn)
  LEFT JOIN placed ON placed.organisation_id IS NOT DISTINCT FROM as_organisations.organisation_id GROUP BY 1
), ranked AS (
  SELECT place, CASE WHEN place < 13 THEN any_value(organisation) ELSE '(Other)' END AS organisation,
    CASE WHEN place < 13 THEN any_value(registered) END AS registered, sum(ases) AS ases,
    sum(hosts) AS hosts, percent(sum(hosts), sum(sum(hosts)) OVER ()) AS ratio, sum(v1) AS v1, sum(confirmed) AS confirmed, sum(v0) AS v0
  FROM placed GROUP BY place
)
SELECT organisation, registered, ases, hosts, ratio, answered, percent(answered, (SELECT sum(synack) FROM address_places)) AS base,
  v1, confirmed, v0
FROM ranked JOIN everywhere USING (place) ORDER BY place
