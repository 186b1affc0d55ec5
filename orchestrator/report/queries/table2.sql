-- Table 2 (paper): MPTCP-capable addresses per autonomous system: the first 12, the rest as (Other).
-- undecided: addresses there that are neither capable nor decided to be not.
-- base: the share of the AS in all addresses that answered with a SYN/ACK, capable or not; (Other) has those of all other ASes.
WITH counted AS (
  SELECT asn, coalesce(min(as_name), CASE WHEN asn IS NULL THEN '(unknown)' ELSE '(no name)' END) AS as_name,
    count(*) AS hosts, count(*) FILTER (WHERE capable_v1) AS v1, known_count(confirmed) AS confirmed, count(*) FILTER (WHERE capable_v0) AS v0
  FROM capable GROUP BY asn
), placed AS (
  SELECT *, least(row_number() OVER (ORDER BY hosts DESC, as_name, asn), 13) AS place FROM counted
), everywhere AS (
  SELECT coalesce(place, 13) AS place, sum(synack) AS answered
  FROM address_places LEFT JOIN placed ON placed.asn IS NOT DISTINCT FROM address_places.asn GROUP BY 1
), open AS (
  SELECT coalesce(place, 13) AS place, count(*) AS undecided
  FROM undecided LEFT JOIN placed ON placed.asn IS NOT DISTINCT FROM undecided.asn GROUP BY 1
), ranked AS (
  SELECT place, CASE WHEN place < 13 THEN any_value(as_name) ELSE '(Other)' END AS as_name,
    CASE WHEN place < 13 THEN any_value(asn) END AS asn,
    sum(hosts) AS hosts, percent(sum(hosts), sum(sum(hosts)) OVER ()) AS ratio, sum(v1) AS v1, sum(confirmed) AS confirmed, sum(v0) AS v0
  FROM placed GROUP BY place
)
SELECT as_name, asn, hosts, coalesce(undecided, 0) AS undecided, ratio, answered, percent(answered, (SELECT sum(synack) FROM address_places)) AS base, v1, confirmed, v0
FROM ranked JOIN everywhere USING (place) LEFT JOIN open USING (place) ORDER BY place
