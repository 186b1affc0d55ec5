-- The clusters of a bootstrap over ASes: what of each AS answered, and what of that is capable. Those without an AS are one.
WITH ends AS (
  SELECT asn, CAST(sum(synack) AS BIGINT) AS addresses, CAST(sum(synack_v1) AS BIGINT) AS synack_v1, CAST(sum(capable_v1) AS BIGINT) AS capable_v1,
    CAST(sum(synack_v0) AS BIGINT) AS synack_v0, CAST(sum(capable_v0) AS BIGINT) AS capable_v0
  FROM address_places GROUP BY asn
), servers AS (
  SELECT asn, count(*) AS addresses_capable FROM capable GROUP BY asn
), homes AS (
  SELECT asn, total(n, answered) AS domains, total(n, capable) AS domains_capable FROM entry_counts WHERE asn IS NOT NULL GROUP BY asn
), ases AS (
  SELECT asn FROM as_organisations UNION SELECT asn FROM ends
)
SELECT ases.asn, coalesce(synack_v1, 0) AS synack_v1, coalesce(capable_v1, 0) AS capable_v1, coalesce(synack_v0, 0) AS synack_v0,
  coalesce(capable_v0, 0) AS capable_v0, coalesce(addresses, 0) AS addresses, coalesce(addresses_capable, 0) AS addresses_capable,
  coalesce(domains, 0) AS domains, coalesce(domains_capable, 0) AS domains_capable
FROM ases LEFT JOIN ends ON ends.asn IS NOT DISTINCT FROM ases.asn
  LEFT JOIN servers ON servers.asn IS NOT DISTINCT FROM ases.asn
  LEFT JOIN homes ON homes.asn IS NOT DISTINCT FROM ases.asn
ORDER BY ases.asn
