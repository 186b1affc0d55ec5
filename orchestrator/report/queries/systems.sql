-- The clusters of a bootstrap over ASes: what of each AS answered, and what of that is capable. Those without an AS are one.
WITH ends AS (
  SELECT asn, count(*) FILTER (WHERE has_synack(v1.replies)) AS synack_v1, count(*) FILTER (WHERE capable_v1) AS capable_v1,
    count(*) FILTER (WHERE has_synack(v0.replies)) AS synack_v0, count(*) FILTER (WHERE capable_v0) AS capable_v0
  FROM endpoints GROUP BY asn
), places AS (
  SELECT asn, CAST(sum(synack) AS BIGINT) AS addresses FROM address_places GROUP BY asn
), servers AS (
  SELECT asn, count(*) AS addresses_capable FROM capable GROUP BY asn
), homes AS (
  SELECT asn, count(*) FILTER (WHERE answered) AS domains, count(*) FILTER (WHERE capable) AS domains_capable
  FROM domain_homes JOIN entries USING (run, name) GROUP BY asn
)
SELECT ends.asn, synack_v1, capable_v1, synack_v0, capable_v0, coalesce(addresses, 0) AS addresses,
  coalesce(addresses_capable, 0) AS addresses_capable, coalesce(domains, 0) AS domains, coalesce(domains_capable, 0) AS domains_capable
FROM ends LEFT JOIN places ON places.asn IS NOT DISTINCT FROM ends.asn
  LEFT JOIN servers ON servers.asn IS NOT DISTINCT FROM ends.asn
  LEFT JOIN homes ON homes.asn IS NOT DISTINCT FROM ends.asn
ORDER BY ends.asn
